// Loads more modules with thread-local variables than the dynamic linker has prepared for, while threads allocate. Each thread's table of
// such variables then has to grow, and the dynamic linker calls `malloc` for it.
//
// Compiled twice: with -DMODULE -shared, it is the module. The program loads the copies of it that its arguments name.
#define _GNU_SOURCE
#ifdef MODULE

__thread int variable = 7;
__thread char large[5000];

int use(int value) {
    int before = variable;
    variable = value;
    large[value % 5000] = 1;
    return before;
}

#else

#include <dlfcn.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void fail(const char *reason) {
    fprintf(stderr, "failed: %s\n", reason);
    _exit(1);
}

enum { LIMIT = 200, THREADS = 3 };

static int (*volatile uses[LIMIT])(int);
static volatile int loaded, finished;

// Frees and reallocates one of the blocks.
static void churn(unsigned char *blocks[16], int round) {
    int at = round % 16;
    size_t size = 16 + (size_t)(round * 37 % 3000);
    free(blocks[at]);
    blocks[at] = malloc(size);
    if (!blocks[at]) fail("malloc");
    memset(blocks[at], round, size);
}

static void *thread(void *unused) {
    unsigned char *blocks[16] = {0};
    int used = 0;
    for (int round = 0; !finished || used < loaded; round++) {
        churn(blocks, round);
        if (used < loaded) {
            if (uses[used](used + 100) != 7 || uses[used](7) != used + 100) fail("a variable has another value");
            used++;
        }
    }
    for (int at = 0; at < 16; at++) free(blocks[at]);
    return unused;
}

int main(int count, char **paths) {
    alarm(240);
    pthread_t threads[THREADS];
    for (int at = 0; at < THREADS; at++)
        if (pthread_create(&threads[at], NULL, thread, NULL)) fail("pthread_create");
    unsigned char *blocks[16] = {0};
    for (int at = 1; at < count && at <= LIMIT; at++) {
        void *module = dlopen(paths[at], RTLD_NOW | RTLD_LOCAL);
        if (!module) fail(dlerror());
        int (*use)(int) = (int (*)(int))dlsym(module, "use");
        if (!use) fail("dlsym");
        for (int round = 0; round < 20; round++) churn(blocks, round);
        if (use(1) != 7 || use(7) != 1) fail("a variable of the first thread has another value");
        uses[loaded] = use;
        loaded = at;
        if (at % 3 == 0) {
            // A closed module leaves a gap in the tables.
            void *closed = dlopen(paths[at - 1], RTLD_NOW | RTLD_LOCAL);
            if (!closed || dlclose(closed)) fail("dlclose");
        }
        usleep(1000);
    }
    finished = 1;
    for (int at = 0; at < THREADS; at++) pthread_join(threads[at], NULL);
    for (int at = 0; at < 16; at++) free(blocks[at]);
    printf("%d modules, passed\n", loaded);
    return 0;
}

#endif
