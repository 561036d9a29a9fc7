// Threads allocate, free each other's blocks and end, in a process that forks meanwhile. Blocks are also allocated before `main`, in the
// destructors of threads, and in handlers of `atexit`.
#define _GNU_SOURCE
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { THREADS = 4, SHARED = 256, ROUNDS = 200, FORKS = 40 };

static void fail(const char *reason) {
    fprintf(stderr, "failed: %s\n", reason);
    _exit(1);
}

// Returns a block that begins with its size. The size determines all other bytes.
static unsigned char *block_new(size_t size) {
    unsigned char *block = size % 3 ? malloc(size) : aligned_alloc(64, size);
    if (!block || (uintptr_t)block % 16) fail("a block is null or misaligned");
    memcpy(block, &size, sizeof size);
    memset(block + sizeof size, (int)(size % 251), size - sizeof size);
    return block;
}

static size_t block_check(const unsigned char *block) {
    size_t size;
    memcpy(&size, block, sizeof size);
    for (size_t at = sizeof size; at < size; at++)
        if (block[at] != size % 251) fail("the contents of a block changed");
    return size;
}

static void block_free(unsigned char *block) {
    if (!block) return;
    size_t size = block_check(block);
    if (size % 5 == 0) {
        block = realloc(block, size + 100);
        if (!block) fail("realloc returned null");
        block_check(block);
    }
    free(block);
}

static unsigned char *shared[SHARED];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_key_t end_key;
static unsigned char *before_main;

static unsigned next(unsigned *state) { return *state = *state * 1664525 + 1013904223, *state >> 8; }

// Allocates and frees in random order. With `exchange`, blocks change places with those in `shared`.
static void work(unsigned seed, int rounds, int exchange) {
    unsigned char *mine[32] = {0};
    for (int round = 0; round < rounds; round++) {
        size_t size = 16 + next(&seed) % (round % 50 ? 2000 : 300000);
        unsigned at = next(&seed) % 32;
        block_free(mine[at]);
        mine[at] = block_new(size);
        if (exchange) {
            unsigned where = next(&seed) % SHARED;
            pthread_mutex_lock(&lock);
            unsigned char *other = shared[where];
            shared[where] = mine[at];
            pthread_mutex_unlock(&lock);
            mine[at] = other;
        }
    }
    for (int at = 0; at < 32; at++) block_free(mine[at]);
}

static void at_thread_end(void *block) {
    block_free(block);
    block_free(block_new(500));
}

static void *thread(void *seed) {
    pthread_setspecific(end_key, block_new(1000));
    work((unsigned)(uintptr_t)seed, ROUNDS, 1);
    return block_new(100);
}

static void *thread_of_a_child(void *seed) {
    pthread_setspecific(end_key, block_new(1000));
    work((unsigned)(uintptr_t)seed, 50, 0);
    return block_new(100);
}

static void child(unsigned seed) {
    alarm(60);
    work(seed, 50, 0);
    // Blocks that the parent's threads allocated.
    for (int at = 0; at < SHARED; at++) block_free(shared[at]);
    block_free(before_main);
    pthread_t threads[2];
    for (int at = 0; at < 2; at++)
        if (pthread_create(&threads[at], NULL, thread_of_a_child, (void *)(uintptr_t)(seed + at))) fail("pthread_create in a child");
    for (int at = 0; at < 2; at++) {
        void *block;
        pthread_join(threads[at], &block);
        block_free(block);
    }
    exit(0);
}

__attribute__((constructor)) static void at_load(void) { before_main = block_new(5000); }

static volatile int finished;

static void *create_threads(void *unused) {
    for (unsigned seed = 1; !finished; seed += THREADS) {
        pthread_t threads[THREADS];
        for (int at = 0; at < THREADS; at++)
            if (pthread_create(&threads[at], NULL, thread, (void *)(uintptr_t)(seed + at))) fail("pthread_create");
        for (int at = 0; at < THREADS; at++) {
            void *block;
            pthread_join(threads[at], &block);
            block_free(block);
        }
    }
    return unused;
}

static void at_exit(void) { block_free(block_new(700)); }

int main(void) {
    alarm(240);
    atexit(at_exit);
    pthread_key_create(&end_key, at_thread_end);
    pthread_t creator;
    if (pthread_create(&creator, NULL, create_threads, NULL)) fail("pthread_create");
    for (unsigned n = 0; n < FORKS; n++) {
        work(n, 100, 1);
        // The lock keeps the blocks in `shared` whole. The other threads may be anywhere else, also in `malloc`.
        pthread_mutex_lock(&lock);
        pid_t process = fork();
        pthread_mutex_unlock(&lock);
        if (process < 0) fail("fork");
        if (process == 0) child(n);
        int status;
        if (waitpid(process, &status, 0) != process || status) fail("a child failed");
    }
    finished = 1;
    pthread_join(creator, NULL);
    for (int at = 0; at < SHARED; at++) block_free(shared[at]);
    block_free(before_main);
    printf("%d children, passed\n", FORKS);
    return 0;
}
