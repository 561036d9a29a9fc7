// `calloc` returns zeroed memory after reuse, growth, shrinking, and a return of memory to the system. With the argument `lock`, the
// process's pages are locked, so the system refuses to discard them.
#define _GNU_SOURCE
#include <malloc.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

enum { BLOCKS = 300, ROUNDS = 4, STEPS = 5000 };

static unsigned char *blocks[BLOCKS];
static size_t sizes[BLOCKS];

static uint64_t next(uint64_t *state) {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    return *state ^= *state << 17;
}

static void fail(const char *reason) {
    printf("failed: %s\n", reason);
    exit(1);
}

// Allocates, resizes or frees a random block.
static void step(uint64_t *state) {
    int at = next(state) % BLOCKS;
    if (!blocks[at]) {
        size_t size = 1 + next(state) % (1ul << next(state) % 22) + (next(state) % 50 == 0 ? 3 << 20 : 0);
        blocks[at] = calloc(1, size);
        if (!blocks[at]) fail("calloc returned null");
        if (blocks[at][0] || memcmp(blocks[at], blocks[at] + 1, size - 1)) fail("calloc returned memory that is not zero");
        sizes[at] = size;
    } else if (next(state) % 3 == 0) {
        size_t size = next(state) % (sizes[at] * 2) + 1;
        blocks[at] = realloc(blocks[at], size);
        if (!blocks[at]) fail("realloc returned null");
        sizes[at] = size;
    } else {
        memset(blocks[at], 0xEE, malloc_usable_size(blocks[at]));
        free(blocks[at]);
        blocks[at] = NULL;
        return;
    }
    memset(blocks[at], 0xEE, sizes[at]);
}

int main(int count, char **arguments) {
    alarm(240);
    if (count > 1 && !strcmp(arguments[1], "lock")) {
        struct rlimit unlimited = {RLIM_INFINITY, RLIM_INFINITY};
        setrlimit(RLIMIT_MEMLOCK, &unlimited);
        if (mlockall(MCL_CURRENT | MCL_FUTURE)) {
            printf("not allowed\n");
            return 0;
        }
    }
    uint64_t state = 42;
    for (int round = 0; round < ROUNDS; round++) {
        for (int n = 0; n < STEPS; n++) step(&state);
        for (int at = 0; at < BLOCKS; at++) {
            free(blocks[at]);
            blocks[at] = NULL;
        }
        // The allocator returns memory by itself, after two looks half a second apart, or at once by `malloc_trim`.
        if (round % 2) malloc_trim(0);
        else usleep(600000);
    }
    printf("all zero\n");
    return 0;
}
