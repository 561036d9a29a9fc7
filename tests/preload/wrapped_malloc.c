// A program that wraps `malloc`, `calloc`, `realloc` and `free` alone, as tools that count calls do. The wrappers call the functions by
// glibc's other names for them, or, with -DNEXT, by the next definition that the dynamic linker knows.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <malloc.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int calls;

#ifdef NEXT
#define BY(name, type) ((type)dlsym(RTLD_NEXT, #name))
#else
extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void __libc_free(void *);
#define BY(name, type) ((type)__libc_##name)
#endif

void *malloc(size_t size) {
    calls++;
    return BY(malloc, void *(*)(size_t))(size);
}

void *calloc(size_t count, size_t size) {
    calls++;
    return BY(calloc, void *(*)(size_t, size_t))(count, size);
}

void *realloc(void *block, size_t size) {
    calls++;
    return BY(realloc, void *(*)(void *, size_t))(block, size);
}

void free(void *block) {
    calls++;
    BY(free, void (*)(void *))(block);
}

static void fail(const char *reason) {
    printf("failed: %s\n", reason);
    exit(1);
}

static void check(char *block, size_t align, size_t size) {
    if (!block || (uintptr_t)block % align) fail("a block is null or misaligned");
    if (malloc_usable_size(block) < size) fail("the usable size is too small");
    memset(block, 7, size);
    block = realloc(block, size * 2 + 1);
    if (!block || (size && block[size - 1] != 7)) fail("the contents of a block changed");
    free(block);
}

int main(void) {
    for (size_t size = 0; size < 4 << 20; size = size * 3 / 2 + 1) {
        check(malloc(size), 16, size);
        check(calloc(1, size), 16, size);
        check(memalign(64, size), 64, size);
        check(aligned_alloc(256, size), 256, size);
        check(valloc(size), 4096, size);
        check(pvalloc(size), 4096, size);
        void *block;
        if (posix_memalign(&block, 32, size)) fail("posix_memalign failed");
        check(block, 32, size);
        check(reallocarray(NULL, size, 3), 16, 3 * size);
    }
    if (calls < 100) fail("the wrappers were not called");
    printf("wrapped, passed\n");
    return 0;
}
