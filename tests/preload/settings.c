// Prints the effects of the library's settings by environment variables.
//
// Compiled with -DEARLY, it allocates before the C library knows the environment.
#define _GNU_SOURCE
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef EARLY
static void *first;
static int had_environment;

static void allocate_early(void) {
    first = malloc(100);
    had_environment = environ != NULL;
}

__attribute__((section(".preinit_array"), used)) static void (*const at_start)(void) = allocate_early;
#endif

// Prints the memory held after blocks of all kinds are freed, in MiB. Large blocks are kept once they have been requested again.
static void held(void) {
    enum { SPANS = 40000, RUNS = 100, LARGE = 10, ROUNDS = 4 };
    static void *blocks[SPANS + RUNS + LARGE];
    for (int round = 0; round < ROUNDS; round++) {
        for (int at = 0; at < SPANS + RUNS + LARGE; at++) {
            size_t size = at < SPANS ? 1000 : at < SPANS + RUNS ? 400000 : 4 << 20;
            blocks[at] = malloc(size);
            memset(blocks[at], 1, size);
        }
        for (int at = 0; at < SPANS + RUNS + LARGE; at++) free(blocks[at]);
    }
    printf("%zu\n", mallinfo2().arena >> 20);
}

static void cached(void) {
    free(malloc(100));
    printf("%s\n", mallinfo2().smblks ? "cached" : "not cached");
}

static void double_free(void) {
    void *volatile block = malloc(100);
    free(block);
    free(block);
    printf("the double free was not found\n");
}

// Prints whether a block has huge pages, after another of its size was freed.
static void huge(void) {
    enum { SIZE = 32 << 20 };
    char *block = malloc(SIZE), line[400];
    memset(block, 1, SIZE);
    free(block);
    block = malloc(SIZE);
    memset(block, 1, SIZE);
    FILE *maps = fopen("/proc/self/smaps", "r");
    int is_here = 0;
    while (fgets(line, sizeof line, maps)) {
        unsigned long start, end;
        if (sscanf(line, "%lx-%lx ", &start, &end) == 2)
            is_here = (unsigned long)block + (16 << 20) >= start && (unsigned long)block + (16 << 20) < end;
        if (is_here && !strncmp(line, "VmFlags:", 8)) printf("%s\n", strstr(line, " hg") ? "huge" : "small");
    }
    fclose(maps);
    free(block);
}

// Forks children that end by `_exit`, or by `exit` with `exits`.
static void forks(int exits) {
    free(malloc(100));
    fflush(stdout);
    for (int n = 0; n < 3; n++) {
        if (!fork()) {
            free(malloc(100));
            if (exits) exit(0);
            _exit(0);
        }
        wait(NULL);
    }
}

int main(int count, char **arguments) {
#ifdef EARLY
    printf("%s\n", first && !had_environment ? "early" : "late");
#endif
    const char *mode = count > 1 ? arguments[1] : "";
    if (!strcmp(mode, "held")) held();
    if (!strcmp(mode, "cached")) cached();
    if (!strcmp(mode, "double free")) double_free();
    if (!strcmp(mode, "huge")) huge();
    if (!strcmp(mode, "forks")) forks(0);
    if (!strcmp(mode, "forks and exits")) forks(1);
    if (!strcmp(mode, "closes stderr")) close(2);
    // Until the parent closes the pipe.
    if (!strcmp(mode, "waits")) while (getchar() != EOF);
    printf("done\n");
    return 0;
}
