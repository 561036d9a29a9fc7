// Loads and unloads a library that has pools of its own, `plugin.rs`.
//
//     host rounds PLUGIN         used by threads that end before it is unloaded, and after; in the end there is no more memory than before
//     host main PLUGIN           the same, and by the thread that loads it
//     host keep PLUGIN           blocks that the host still has stay what they are
//     host last PLUGIN           destructors that use a pool when it was given back
//     host exit PLUGIN           the process ends while threads use the pools
//     host interrupted PLUGIN    the process ends in a handler of a signal that came while a pool was used
//
// With -DLINKED it is a program that was linked with the library, for the last two.
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

static void fail(const char *what) {
    fprintf(stderr, "failed: %s\n", what);
    _exit(1);
}

#ifdef LINKED

size_t work(size_t);
static void load(const char *path) { (void)path; }

#else

static void *library;
static size_t (*work)(size_t);
static unsigned char *(*keep)(size_t);
static void (*tell)(int *);

static void load(const char *path) {
    library = dlopen(path, RTLD_NOW);
    if (!library) fail(dlerror());
    work = (size_t(*)(size_t))dlsym(library, "work");
    keep = (unsigned char *(*)(size_t))dlsym(library, "keep");
    tell = (void (*)(int *))dlsym(library, "tell");
    if (!work || !keep || !tell) fail("dlsym");
}

static void unload(void) {
    if (dlclose(library)) fail("dlclose");
}

static long field(const char *name) {
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

static void *until_told(void *unused) {
    if (work(COUNT) != SUM) fail("a thread's work");
    pthread_barrier_wait(&barrier);
    // It is unloaded, and this thread ends.
    pthread_barrier_wait(&barrier);
    return unused;
}

static void *once(void *unused) {
    if (work(COUNT) != SUM) fail("a thread's work");
    return unused;
}

static void start(pthread_t *thread, void *(*function)(void *)) {
    if (pthread_create(thread, NULL, function, NULL)) fail("a thread");
}

static void rounds(const char *path, int main_works) {
    enum { ROUNDS = 201, FIRST = 20, MORE = 3 };
    pthread_barrier_init(&barrier, NULL, 2);
    long memory = 0, addresses = 0;
    for (int round = 0; round < ROUNDS; round++) {
        load(path);
        pthread_t before, after;
        start(&before, once);
        pthread_join(before, NULL);
        int lives = round % 2;
        if (lives) {
            start(&after, until_told);
            pthread_barrier_wait(&barrier);
        }
        if (main_works && work(COUNT) != SUM) fail("work");
        unload();
        if (lives) {
            pthread_barrier_wait(&barrier);
            pthread_join(after, NULL);
        }
        if (round % 10 == 0) {
            pid_t process = fork();
            if (process < 0) fail("fork");
            if (process == 0) {
                // In the child of a process with and without pools it is loaded, used and unloaded as well.
                load(path);
                if (work(COUNT) != SUM) _exit(1);
                unload();
                _exit(0);
            }
            int status;
            if (waitpid(process, &status, 0) != process || status) fail("a child");
        }
        if (round == FIRST) memory = field("VmRSS:"), addresses = field("VmSize:");
    }
    long more_memory = field("VmRSS:") - memory, more_addresses = field("VmSize:") - addresses;
    if (more_memory > MORE || more_addresses > MORE) {
        fprintf(stderr, "%ld MiB more in memory, %ld MiB more addresses\n", more_memory, more_addresses);
        fail("it is not flat");
    }
}

// Loaded, used and then unloaded in a child that has not got the thread that used it.
static void in_a_child(const char *path) {
    pthread_barrier_init(&barrier, NULL, 2);
    load(path);
    pthread_t thread;
    start(&thread, until_told);
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
    if (waitpid(process, &status, 0) != process || status) fail("a child");
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
        if (work(COUNT) != SUM) fail("work");
        // One of them, or all.
        for (int at = 0; at < BLOCKS; at++)
            blocks[round][at] = round == at || round >= BLOCKS ? keep(sizes[at]) : NULL;
        if (work(COUNT) != SUM) fail("work");
        unload();
    }
    for (int round = 0; round < ROUNDS; round++)
        for (int at = 0; at < BLOCKS; at++) {
            unsigned char *block = blocks[round][at];
            for (size_t byte = 0; block && byte < sizes[at]; byte++)
                if (block[byte] != sizes[at] % 251) fail("a block that was kept");
            // It is the host's to write to.
            if (block) memset(block, 1, sizes[at]);
        }
}

static void last(const char *path) {
    int found = 0;
    pthread_t thread;
    load(path);
    start(&thread, once);
    pthread_join(thread, NULL);
    tell(&found);
    unload();
    if (found != 2) fail(found == 1 ? "the pool had not given back" : "the destructor was not called, or failed");
}

#endif

static void *for_ever(void *unused) {
    while (work(COUNT) == SUM)
        ;
    fail("a thread's work");
    return unused;
}

static void end(int signal) { exit(signal == SIGALRM ? 0 : 1); }

int main(int count, char **arguments) {
    if (count < 3) return 2;
    const char *mode = arguments[1], *path = arguments[2];
    if (!strcmp(mode, "exit")) {
        load(path);
        pthread_t thread;
        for (int at = 0; at < 3; at++)
            if (pthread_create(&thread, NULL, for_ever, NULL)) fail("a thread");
        if (work(COUNT) != SUM) fail("work");
        usleep(20000);
        puts("all well");
        exit(0);
    } else if (!strcmp(mode, "interrupted")) {
        load(path);
        puts("all well");
        fflush(stdout);
        signal(SIGALRM, end);
        struct itimerval soon = {{0, 0}, {0, 20000 + getpid() % 1000}};
        setitimer(ITIMER_REAL, &soon, NULL);
        for_ever(NULL);
    }
#ifndef LINKED
    alarm(240);
    if (!strcmp(mode, "rounds")) rounds(path, 0);
    else if (!strcmp(mode, "main")) rounds(path, 1);
    else if (!strcmp(mode, "keep")) kept(path), in_a_child(path);
    else if (!strcmp(mode, "last")) last(path);
    else return 2;
#endif
    puts("all well");
    return 0;
}
