// Loads and unloads `plugin.rs`, a library with pools in its statics.
//
//     host rounds PLUGIN         threads that end before and after the unloading use the pools; memory use does not grow
//     host main PLUGIN           the same, and the thread that loads the library uses them too
//     host keep PLUGIN           blocks that the host still uses keep their contents
//     host last PLUGIN           a destructor uses a pool after it returned its memory
//     host exit PLUGIN           the process exits while threads use the pools
//     host interrupted PLUGIN    the process exits in a signal handler that interrupted the use of a pool
//
// With -DLINKED, the program is linked with the library, for the last two modes.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

enum { COUNT = 1000, SUM = 3 * COUNT * (COUNT - 1) / 2 };

static void fail(const char *reason) {
    fprintf(stderr, "failed: %s\n", reason);
    _exit(1);
}

#ifdef LINKED

size_t work(size_t);
static void load(const char *path) { (void)path; }

#else

static void *library;
static size_t (*work)(size_t);
static unsigned char *(*keep)(size_t);
static void (*report_to)(int *);

static void load(const char *path) {
    library = dlopen(path, RTLD_NOW);
    if (!library) fail(dlerror());
    work = (size_t(*)(size_t))dlsym(library, "work");
    keep = (unsigned char *(*)(size_t))dlsym(library, "keep");
    report_to = (void (*)(int *))dlsym(library, "report_to");
    if (!work || !keep || !report_to) fail("dlsym found no function");
}

static void unload(void) {
    if (dlclose(library)) fail("dlclose");
}

// The value of a line of /proc/self/status, in MiB.
static long status_field(const char *name) {
    static char text[4096];
    int file = open("/proc/self/status", O_RDONLY);
    ssize_t length = read(file, text, sizeof text - 1);
    close(file);
    text[length > 0 ? length : 0] = 0;
    char *found = strstr(text, name);
    if (!found) fail(name);
    return atol(found + strlen(name)) / 1024;
}

static pthread_barrier_t barrier;

static void *work_and_wait(void *unused) {
    if (work(COUNT) != SUM) fail("the work of a thread has a wrong result");
    pthread_barrier_wait(&barrier);
    // The library is unloaded meanwhile, and then this thread ends.
    pthread_barrier_wait(&barrier);
    return unused;
}

static void *work_once(void *unused) {
    if (work(COUNT) != SUM) fail("the work of a thread has a wrong result");
    return unused;
}

static void start(pthread_t *thread, void *(*function)(void *)) {
    if (pthread_create(thread, NULL, function, NULL)) fail("pthread_create");
}

static void rounds(const char *path, int main_works) {
    enum { ROUNDS = 201, FIRST = 20, MORE = 3 };
    pthread_barrier_init(&barrier, NULL, 2);
    long memory = 0, addresses = 0;
    for (int round = 0; round < ROUNDS; round++) {
        load(path);
        pthread_t before, after;
        start(&before, work_once);
        pthread_join(before, NULL);
        int lives = round % 2;
        if (lives) {
            start(&after, work_and_wait);
            pthread_barrier_wait(&barrier);
        }
        if (main_works && work(COUNT) != SUM) fail("the work has a wrong result");
        unload();
        if (lives) {
            pthread_barrier_wait(&barrier);
            pthread_join(after, NULL);
        }
        if (round % 10 == 0) {
            pid_t process = fork();
            if (process < 0) fail("fork");
            if (process == 0) {
                // The library can be loaded, used and unloaded in a child too.
                load(path);
                if (work(COUNT) != SUM) _exit(1);
                unload();
                _exit(0);
            }
            int status;
            if (waitpid(process, &status, 0) != process || status) fail("a child failed");
        }
        if (round == FIRST) memory = status_field("VmRSS:"), addresses = status_field("VmSize:");
    }
    long more_memory = status_field("VmRSS:") - memory, more_addresses = status_field("VmSize:") - addresses;
    if (more_memory > MORE || more_addresses > MORE) {
        fprintf(stderr, "%ld more MiB in memory, %ld more MiB of addresses\n", more_memory, more_addresses);
        fail("the use of memory grows");
    }
}

// Unloads the library in a forked child, in which the thread that used it does not exist.
static void in_a_child(const char *path) {
    pthread_barrier_init(&barrier, NULL, 2);
    load(path);
    pthread_t thread;
    start(&thread, work_and_wait);
    pthread_barrier_wait(&barrier);
    pid_t process = fork();
    if (process < 0) fail("fork");
    if (process == 0) {
        unsigned char *block = keep(100);
        if (work(COUNT) != SUM) _exit(1);
        unload();
        _exit(block[99] == 100 ? 0 : 2);
    }
    int status;
    if (waitpid(process, &status, 0) != process || status) fail("a child failed");
    pthread_barrier_wait(&barrier);
    pthread_join(thread, NULL);
    unload();
}

static void kept(const char *path) {
    enum { ROUNDS = 10, BLOCKS = 6 };
    static const size_t sizes[BLOCKS] = {1, 100, 5000, 100000, 300000, 3000000};
    unsigned char *blocks[ROUNDS][BLOCKS];
    for (int round = 0; round < ROUNDS; round++) {
        load(path);
        if (work(COUNT) != SUM) fail("the work has a wrong result");
        // In the first rounds one block of each size, then all sizes.
        for (int at = 0; at < BLOCKS; at++)
            blocks[round][at] = round == at || round >= BLOCKS ? keep(sizes[at]) : NULL;
        if (work(COUNT) != SUM) fail("the work has a wrong result");
        unload();
    }
    for (int round = 0; round < ROUNDS; round++)
        for (int at = 0; at < BLOCKS; at++) {
            unsigned char *block = blocks[round][at];
            for (size_t byte = 0; block && byte < sizes[at]; byte++)
                if (block[byte] != sizes[at] % 251) fail("the contents of a kept block changed");
            // The block can still be written to.
            if (block) memset(block, 1, sizes[at]);
        }
}

static void last(const char *path) {
    int result = 0;
    pthread_t thread;
    load(path);
    start(&thread, work_once);
    pthread_join(thread, NULL);
    report_to(&result);
    unload();
    if (result != 2) fail(result == 1 ? "the pool had not returned its memory" : "the destructor was not called, or failed");
}

#endif

static void *work_forever(void *unused) {
    while (work(COUNT) == SUM)
        ;
    fail("the work of a thread has a wrong result");
    return unused;
}

static void exit_in_handler(int signal) { exit(signal == SIGALRM ? 0 : 1); }

int main(int count, char **arguments) {
    if (count < 3) return 2;
    const char *mode = arguments[1], *path = arguments[2];
    if (!strcmp(mode, "exit")) {
        load(path);
        pthread_t thread;
        for (int at = 0; at < 3; at++)
            if (pthread_create(&thread, NULL, work_forever, NULL)) fail("pthread_create");
        if (work(COUNT) != SUM) fail("the work has a wrong result");
        usleep(20000);
        puts("passed");
        exit(0);
    } else if (!strcmp(mode, "interrupted")) {
        load(path);
        puts("passed");
        fflush(stdout);
        signal(SIGALRM, exit_in_handler);
        struct itimerval soon = {{0, 0}, {0, 20000 + getpid() % 1000}};
        setitimer(ITIMER_REAL, &soon, NULL);
        work_forever(NULL);
    }
#ifndef LINKED
    alarm(240);
    if (!strcmp(mode, "rounds")) rounds(path, 0);
    else if (!strcmp(mode, "main")) rounds(path, 1);
    else if (!strcmp(mode, "keep")) kept(path), in_a_child(path);
    else if (!strcmp(mode, "last")) last(path);
    else return 2;
#endif
    puts("passed");
    return 0;
}
