// The first `malloc` of a thread when all memory is used up fails, and the process goes on. The argument is the number of keys that the
// program creates (`pthread_key_create`): with many, the C library has to allocate to store a value for a later key.
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum { THREADS = 20 };

static pthread_barrier_t barrier;

static void print(const char *text) {
    if (write(1, text, strlen(text)) < 0) _exit(2);
}

static void *thread(void *refused) {
    pthread_barrier_wait(&barrier);
    // The main thread has used up all memory, until the threads have tried.
    pthread_barrier_wait(&barrier);
    size_t failed = 0;
    for (size_t size = 8; size < 100000; size += size / 2) {
        errno = 0;
        void *block = malloc(size);
        if (block) free(block);
        else if (errno == ENOMEM) failed++;
        else print("malloc returned null without ENOMEM\n");
    }
    pthread_barrier_wait(&barrier);
    // The main thread has freed its memory.
    pthread_barrier_wait(&barrier);
    void *block = malloc(100);
    if (!block) print("malloc failed although there is memory\n");
    free(block);
    return failed ? refused : NULL;
}

int main(int count, char **arguments) {
    alarm(240);
    for (int n = count > 1 ? atoi(arguments[1]) : 0; n > 0; n--) {
        pthread_key_t key;
        if (pthread_key_create(&key, NULL)) return 2;
    }
    pthread_barrier_init(&barrier, NULL, THREADS + 1);
    pthread_attr_t small;
    pthread_attr_init(&small);
    pthread_attr_setstacksize(&small, 64 << 10);
    pthread_t threads[THREADS];
    static int refused;
    for (int at = 0; at < THREADS; at++)
        if (pthread_create(&threads[at], &small, thread, &refused)) return 3;
    pthread_barrier_wait(&barrier);
    struct rlimit limit = {200 << 20, 200 << 20};
    if (setrlimit(RLIMIT_AS, &limit)) return 4;
    void **blocks = NULL;
    for (size_t size = 100000; size >= 16; size /= 2)
        for (void **block; (block = malloc(size)); blocks = block) *block = blocks;
    pthread_barrier_wait(&barrier);
    pthread_barrier_wait(&barrier);
    while (blocks) {
        void **next = *blocks;
        free(blocks);
        blocks = next;
    }
    pthread_barrier_wait(&barrier);
    int failed = 0;
    for (int at = 0; at < THREADS; at++) {
        void *result;
        if (pthread_join(threads[at], &result)) return 5;
        failed += result == &refused;
    }
    print(failed == THREADS ? "all threads were refused, passed\n" : "some threads were not refused\n");
    return 0;
}
