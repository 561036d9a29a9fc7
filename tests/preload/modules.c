// Loads modules with thread-local variables, more than the dynamic linker has prepared for, while threads allocate. Each
// thread's table of such variables then has to grow, and the dynamic linker asks `malloc` for it.
//
// Compiled twice: with -DMODULE -shared it is the module, of which the program loads the copies named by its arguments.
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

static void fail(const char *what) {
    fprintf(stderr, "failed: %s\n", what);
    _exit(1);
}

enum { LIMIT = 200, THREADS = 3 };

static int (*volatile uses[LIMIT])(int);
static volatile int loaded, over;

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
    for (int round = 0; !over || used < loaded; round++) {
        churn(blocks, round);
        if (used < loaded) {
            if (uses[used](used + 100) != 7 || uses[used](7) != used + 100) fail("a variable");
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
        if (pthread_create(&threads[at], NULL, thread, NULL)) fail("a thread");
    unsigned char *blocks[16] = {0};
    for (int at = 1; at < count && at <= LIMIT; at++) {
        void *module = dlopen(paths[at], RTLD_NOW | RTLD_LOCAL);
        if (!module) fail(dlerror());
        int (*use)(int) = (int (*)(int))dlsym(module, "use");
        if (!use) fail("dlsym");
        for (int round = 0; round < 20; round++) churn(blocks, round);
        if (use(1) != 7 || use(7) != 1) fail("a variable of the first thread");
        uses[loaded] = use;
        loaded = at;
        if (at % 3 == 0) {
            // One that goes again leaves a gap in the tables.
            void *gone = dlopen(paths[at - 1], RTLD_NOW | RTLD_LOCAL);
            if (!gone || dlclose(gone)) fail("dlclose");
        }
        usleep(1000);
    }
    over = 1;
    for (int at = 0; at < THREADS; at++) pthread_join(threads[at], NULL);
    for (int at = 0; at < 16; at++) free(blocks[at]);
    printf("%d modules, all well\n", loaded);
    return 0;
}

#endif
