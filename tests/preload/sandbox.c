// Allocates and frees blocks of all sizes in a sandbox: a seccomp filter that refuses some system calls, or kills the process at some,
// or at all that are not listed. The memory of `calloc` must be zero, and blocks must keep their contents.
//
//     sandbox refuse LETTERS   these fail with EPERM: `m`advise, m`r`emap, m`i`ncore, m`p`rotect
//     sandbox kill LETTERS     these kill the process
//     sandbox list             all but those listed below kill the process; with threads
#define _GNU_SOURCE
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static void fail(const char *reason) {
    fprintf(stderr, "failed: %s\n", reason);
    _exit(1);
}

static void install(struct sock_filter *filter, size_t count) {
    struct sock_fprog program = {count, filter};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program)) {
        puts("the system has no filters");
        exit(0);
    }
}

#define NUMBER BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr))
#define RETURN(action) BPF_STMT(BPF_RET | BPF_K, action)
#define SKIP_UNLESS(number, count) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, count)

// Installs a filter that takes `action` at one system call.
static void deny(unsigned number, unsigned action) {
    struct sock_filter filter[] = {NUMBER, SKIP_UNLESS(number, 1), RETURN(action), RETURN(SECCOMP_RET_ALLOW)};
    install(filter, sizeof filter / sizeof *filter);
}

// The system calls of glibc's malloc, mimalloc and jemalloc for memory; of locks and clocks; of glibc to start and end threads, and to
// count processors for its malloc; of output and exit.
static const unsigned listed[] = {
    SYS_mmap, SYS_munmap, SYS_mremap, SYS_madvise, SYS_mprotect, SYS_brk,
    SYS_futex, SYS_clock_gettime,
    SYS_clone, SYS_clone3, SYS_set_robust_list, SYS_rseq, SYS_rt_sigprocmask, SYS_rt_sigaction, SYS_exit, SYS_gettid,
    SYS_sched_getaffinity, SYS_openat, SYS_read, SYS_close, SYS_getrandom, SYS_prlimit64,
    SYS_fstat, SYS_newfstatat, SYS_write, SYS_exit_group,
};

// Installs a filter that kills the process at all system calls but those listed.
static void allow_listed(void) {
    enum { COUNT = sizeof listed / sizeof *listed };
    struct sock_filter filter[2 * COUNT + 2] = {NUMBER};
    for (int at = 0; at < COUNT; at++) {
        filter[2 * at + 1] = (struct sock_filter)SKIP_UNLESS(listed[at], 1);
        filter[2 * at + 2] = (struct sock_filter)RETURN(SECCOMP_RET_ALLOW);
    }
    filter[2 * COUNT + 1] = (struct sock_filter)RETURN(SECCOMP_RET_KILL_PROCESS);
    install(filter, 2 * COUNT + 2);
}

static uint64_t next(uint64_t *state) {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

enum { BLOCKS = 50, STEPS = 2500 };

static void check(const unsigned char *block, size_t from, size_t to, int byte) {
    for (size_t at = from; at < to; at += 97)
        if (block[at] != byte) fail(byte ? "the contents of a block changed" : "calloc returned memory that is not zero");
}

static void *work(void *seed) {
    uint64_t state = (uintptr_t)seed;
    unsigned char *blocks[BLOCKS] = {0};
    size_t sizes[BLOCKS] = {0};
    for (int step = 0; step < STEPS; step++) {
        int at = next(&state) % BLOCKS;
        if (!blocks[at]) {
            size_t size = 1 + next(&state) % (1 << next(&state) % 23);
            if (!(blocks[at] = calloc(1, size))) fail("calloc returned null");
            check(blocks[at], 0, size, 0);
            // A third of the blocks is written at both ends alone.
            if (step % 3) memset(blocks[at], 9, size);
            else blocks[at][0] = blocks[at][size - 1] = 9;
            sizes[at] = step % 3 ? size : 1;
        } else if (next(&state) % 2) {
            size_t old = sizes[at], most = old * 2 > 20 << 20 ? 20 << 20 : old * 2;
            size_t size = 1 + next(&state) % most;
            if (!(blocks[at] = realloc(blocks[at], size))) fail("realloc returned null");
            check(blocks[at], 0, size < old ? size : old, 9);
            memset(blocks[at], 9, size);
            sizes[at] = size;
        } else {
            check(blocks[at], 0, sizes[at], 9);
            free(blocks[at]);
            blocks[at] = 0;
        }
    }
    for (int at = 0; at < BLOCKS; at++) free(blocks[at]);
    return NULL;
}

int main(int count, char **arguments) {
    if (count < 2) return 2;
    alarm(120);
    if (!strcmp(arguments[1], "list")) {
        allow_listed();
        for (int round = 0; round < 3; round++) {
            pthread_t threads[3];
            for (int at = 0; at < 3; at++)
                if (pthread_create(&threads[at], NULL, work, (void *)(uintptr_t)(3 * round + at + 1))) fail("pthread_create");
            for (int at = 0; at < 3; at++) pthread_join(threads[at], NULL);
        }
    } else {
        unsigned action = arguments[1][0] == 'k' ? SECCOMP_RET_KILL_PROCESS : SECCOMP_RET_ERRNO | 1;
        for (const char *letter = count > 2 ? arguments[2] : ""; *letter; letter++) {
            switch (*letter) {
            case 'm': deny(SYS_madvise, action); break;
            case 'r': deny(SYS_mremap, action); break;
            case 'i': deny(SYS_mincore, action); break;
            case 'p': deny(SYS_mprotect, action); break;
            default: return 2;
            }
        }
        work((void *)3);
    }
    puts("passed");
    return 0;
}
