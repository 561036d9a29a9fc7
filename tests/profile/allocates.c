// A program with known numbers of bytes in known functions.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void *kept[1000];
static char *last;

__attribute__((noinline)) void keeps(void) {
    for (int i = 0; i < 1000; i++) {
        kept[i] = malloc(100);
        memset(kept[i], 1, 100);
    }
}

__attribute__((noinline)) void frees(void) {
    for (int i = 0; i < 500; i++) {
        char *block = calloc(10, 1000);
        block[i] = 1;
        free(block);
    }
}

__attribute__((noinline)) void grows(void) {
    char *block = NULL;
    for (size_t size = 1 << 10; size <= 1 << 20; size *= 2) {
        block = realloc(block, size);
        memset(block, 1, size);
    }
    last = block; // not freed
}

int main(int count, char **arguments) {
    keeps();
    frees();
    grows();
    printf("%d\n", last[7]);
    fflush(stdout);
    if (count > 1 && !strcmp(arguments[1], "fork") && fork() == 0) {
        keeps();
        exit(0);
    }
    wait(NULL);
    return 0;
}
