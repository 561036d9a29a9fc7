// Handlers of `pthread_atfork` allocate and free: before a fork, in the parent and in the child. Some are those of a library, which
// registers them when it is loaded, before or after the allocator registers its own. The others are the program's. Threads allocate
// meanwhile.
//
// Compiled twice: with -DLIBRARY -shared, it is the library.
#define _GNU_SOURCE
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

// Allocates blocks, fills them with `mark`, checks and frees them.
static void use(unsigned char mark) {
    enum { BLOCKS = 1000 };
    unsigned char *blocks[BLOCKS];
    for (int at = 0; at < BLOCKS; at++) {
        size_t size = at % 100 ? 16 + (size_t)at * 37 : 150000 + (size_t)at * 1000;
        blocks[at] = malloc(size);
        if (!blocks[at]) abort();
        memset(blocks[at], mark, size < 4096 ? size : 4096);
    }
    for (int at = 0; at < BLOCKS; at++) {
        if (blocks[at][15] != mark) abort();
        free(blocks[at]);
    }
}

#ifdef LIBRARY

int library_calls;

static void before(void) { use(1); library_calls++; }
static void in_parent(void) { use(2); library_calls++; }
static void in_child(void) { use(3); library_calls++; }

__attribute__((constructor)) static void at_load(void) { pthread_atfork(before, in_parent, in_child); }

#else

extern int library_calls;
static int own_calls;
static volatile int finished;

static void fail(const char *reason) {
    fprintf(stderr, "failed: %s\n", reason);
    _exit(1);
}

static void before(void) { use(4); own_calls++; }
static void in_parent(void) { use(5); own_calls++; }
static void in_child(void) { use(6); own_calls++; }

static void *thread(void *mark) {
    while (!finished) use((unsigned char)(uintptr_t)mark);
    return NULL;
}

int main(void) {
    enum { FORKS = 20, THREADS = 2 };
    alarm(240);
    if (pthread_atfork(before, in_parent, in_child)) fail("pthread_atfork");
    pthread_t threads[THREADS];
    for (int at = 0; at < THREADS; at++)
        if (pthread_create(&threads[at], NULL, thread, (void *)(uintptr_t)(10 + at))) fail("pthread_create");
    for (int n = 1; n <= FORKS; n++) {
        pid_t process = fork();
        if (process < 0) fail("fork");
        if (process == 0) {
            alarm(60);
            use(7);
            _exit(library_calls == 2 * n && own_calls == 2 * n ? 0 : 2);
        }
        int status;
        if (waitpid(process, &status, 0) != process || status) fail("a child failed");
        if (library_calls != 2 * n || own_calls != 2 * n) fail("a handler of the parent was not called");
        use(8);
    }
    finished = 1;
    for (int at = 0; at < THREADS; at++) pthread_join(threads[at], NULL);
    printf("%d forks, passed\n", FORKS);
    return 0;
}

#endif
