// Loads a library and uses its `malloc`, which no one else calls, in threads that exist before and in new ones.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void fail(const char *reason) {
    fprintf(stderr, "failed: %s\n", reason);
    _exit(1);
}

enum { THREADS = 8, ROUNDS = 20000, LIVE = 64 };

static void *(*volatile library_malloc)(size_t);
static void *(*volatile library_realloc)(void *, size_t);
static void (*volatile library_free)(void *);
static pthread_barrier_t loaded;

static void *work(void *waits) {
    if (waits) {
        pthread_barrier_wait(&loaded);
    }
    unsigned char *blocks[LIVE] = {0};
    for (unsigned round = 0; round < ROUNDS; round++) {
        unsigned at = round * 7 % LIVE;
        size_t size = 1 + round * 37 % 3000;
        if (blocks[at] && (blocks[at][0] != at || malloc(size % 100 + 1) == NULL)) {
            fail("the contents of a block changed, or malloc returned null");
        }
        if (round % 3 == 0) {
            blocks[at] = library_realloc(blocks[at], size);
        } else {
            library_free(blocks[at]);
            blocks[at] = library_malloc(size);
        }
        if (!blocks[at]) {
            fail("the library returned null");
        }
        memset(blocks[at], (int)at, size);
    }
    for (int at = 0; at < LIVE; at++) {
        library_free(blocks[at]);
    }
    return NULL;
}

int main(int count, char **arguments) {
    if (count != 2) {
        fail("usage: opened LIBRARY");
    }
    pthread_t threads[2 * THREADS];
    pthread_barrier_init(&loaded, NULL, THREADS + 1);
    for (int n = 0; n < THREADS; n++) {
        pthread_create(&threads[n], NULL, work, &loaded);
    }
    void *library = dlopen(arguments[1], RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        fail(dlerror());
    }
    library_malloc = (void *(*)(size_t))dlsym(library, "malloc");
    library_realloc = (void *(*)(void *, size_t))dlsym(library, "realloc");
    library_free = (void (*)(void *))dlsym(library, "free");
    if (library_malloc == malloc || library_free == free) {
        fail("the library's functions are the program's");
    }
    pthread_barrier_wait(&loaded);
    for (int n = THREADS; n < 2 * THREADS; n++) {
        pthread_create(&threads[n], NULL, work, NULL);
    }
    for (int n = 0; n < 2 * THREADS; n++) {
        pthread_join(threads[n], NULL);
    }
    puts("two heaps, passed");
    return 0;
}
