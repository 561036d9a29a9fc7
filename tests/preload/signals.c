// Another process sends signals, whose handler forks. They mostly interrupt `malloc` or `free`, so the thread may hold their locks. The
// situation is that of glibc's test tst-mallocfork2.
//
// `signals 1 200`: one thread. Every other child ends at once; the others return from the handler and go on, as the parent does.
// `signals 3 60`: other threads allocate meanwhile, and may wait for a lock of the thread that forks. Each child ends at once.
// `signals 3 60 on`: each child goes on, and may be aborted because another thread was using the allocator.
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SLOTS = 600, STEPS_OF_A_CHILD = 3000 };

static volatile sig_atomic_t forks, is_child;
static int threads, wanted, goes_on;
// The number of handled signals, shared with the process that sends them.
static volatile int *handled;

static void fail(const char *reason) {
    char text[100];
    int length = snprintf(text, sizeof text, "failed: %s (%d)\n", reason, errno);
    if (write(2, text, (size_t)length) < 0) _exit(2);
    _exit(1);
}

static void handler(int signal) {
    (void)signal;
    int error = errno;
    pid_t process = fork();
    if (process < 0) fail("fork");
    if (process == 0) {
        if (!goes_on && (threads > 1 || forks % 2)) _exit(0);
        alarm(60);
        setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
        is_child = 1;
    } else {
        int status;
        while (waitpid(process, &status, 0) < 0)
            if (errno != EINTR) fail("waitpid");
        if (status && !(goes_on && WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT)) fail("a child failed");
        *handled = ++forks;
    }
    errno = error;
}

static unsigned next(unsigned *state) { return *state = *state * 1664525 + 1013904223, *state >> 8; }

// Returns a random size: of blocks from bins, spans, chunks or the parent.
static size_t random_size(unsigned *state) {
    unsigned n = next(state);
    switch (n % 16) {
    case 0: return 150000 + n % 300000;
    case 1: return 600000 + n % 3000000;
    case 2:
    case 3:
    case 4: return 5000 + n % 100000;
    default: return 16 + n % 2000;
    }
}

// Frees and refills one slot. Its block has the slot's number at both ends.
static void step(unsigned char **slots, size_t *sizes, unsigned *state) {
    unsigned at = next(state) % SLOTS;
    if (slots[at]) {
        if (slots[at][0] != at % 251 || slots[at][sizes[at] - 1] != at % 251) fail("the contents of a block changed");
        free(slots[at]);
    }
    sizes[at] = random_size(state);
    slots[at] = malloc(sizes[at]);
    if (!slots[at]) fail("malloc returned null");
    slots[at][0] = slots[at][sizes[at] - 1] = (unsigned char)(at % 251);
}

static void *thread(void *seed) {
    unsigned char **slots = calloc(SLOTS, sizeof *slots);
    size_t *sizes = calloc(SLOTS, sizeof *sizes);
    unsigned state = (unsigned)(uintptr_t)seed;
    while (forks < wanted) step(slots, sizes, &state);
    for (int at = 0; at < SLOTS; at++) free(slots[at]);
    free(slots);
    free(sizes);
    return NULL;
}

int main(int count, char **arguments) {
    if (count < 3) return 2;
    threads = atoi(arguments[1]);
    wanted = atoi(arguments[2]);
    goes_on = count > 3;
    alarm(240);
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGUSR1);
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
    struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART};
    sigaction(SIGUSR1, &action, NULL);
    handled = mmap(NULL, sizeof *handled, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (handled == MAP_FAILED) fail("mmap");
    pid_t process = getpid(), sender = fork();
    if (sender < 0) fail("fork");
    if (sender == 0) {
        alarm(240);
        unsigned state = 1;
        for (int sent = 0; sent < wanted; sent++) {
            // The program does some work between two signals.
            while (*handled < sent) usleep(50);
            usleep(next(&state) % 1000);
            if (getppid() == process) kill(process, SIGUSR1);
        }
        _exit(0);
    }
    pthread_t others[8];
    for (int n = 1; n < threads; n++)
        if (pthread_create(&others[n], NULL, thread, (void *)(uintptr_t)n)) fail("pthread_create");

    static unsigned char *slots[SLOTS];
    static size_t sizes[SLOTS];
    unsigned state = 7;
    for (int n = 0; n < 2000; n++) step(slots, sizes, &state);
    pthread_sigmask(SIG_UNBLOCK, &signals, NULL);
    for (int left = STEPS_OF_A_CHILD; forks < wanted; left -= is_child) {
        if (left == 0) _exit(0);
        step(slots, sizes, &state);
    }
    waitpid(sender, NULL, 0);
    for (int n = 1; n < threads; n++) pthread_join(others[n], NULL);
    for (int at = 0; at < SLOTS; at++) free(slots[at]);
    printf("%d forks, passed\n", wanted);
    return 0;
}
