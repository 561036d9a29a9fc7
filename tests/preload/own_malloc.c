// The program has a `malloc` of its own, as one with an allocator linked in has. What it does not define is the library's.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <malloc.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char heap[8 << 20] __attribute__((aligned(4096)));
static size_t at;
static int frees;

static int is_ours(const void *block) { return (const char *)block >= heap && (const char *)block < heap + sizeof heap; }

static void *take(size_t size) {
    if (size > sizeof heap - 64) return NULL;
    size = (size + 31) & ~(size_t)15;
    if (size > sizeof heap - at) return NULL;
    char *block = heap + at;
    at += size;
    *(size_t *)block = size - 16;
    return block + 16;
}

static size_t length(const void *block) { return ((const size_t *)block)[-2]; }

void *malloc(size_t size) { return take(size); }

void *calloc(size_t count, size_t size) { return take(count * size); }

void *realloc(void *old, size_t size) {
    void *block = take(size);
    if (old && block) memcpy(block, old, length(old) < size ? length(old) : size);
    return block;
}

// Bears with blocks of others, as it has to.
void free(void *block) { frees += is_ours(block); }

static void fail(const char *what) {
    printf("failed: %s\n", what);
    exit(1);
}

// Older C libraries and headers do not have all of them.
static void *function(const char *name) {
    void *found = dlsym(RTLD_DEFAULT, name);
    if (!found) fail(name);
    return found;
}

static void resizes(void) {
    char *text = malloc(20);
    strcpy(text, "hello");
    text = reallocarray(text, 100, 10);
    if (!text || strcmp(text, "hello") || !is_ours(text)) fail("reallocarray");
    if (reallocarray(text, SIZE_MAX, 2)) fail("a product that is too large");
    if (!is_ours(reallocarray(NULL, 3, 5))) fail("reallocarray of nothing");
}

static void frees_by_others(void) {
    ((void (*)(void *, size_t))function("free_sized"))(malloc(10), 10);
    ((void (*)(void *, size_t, size_t))function("free_aligned_sized"))(malloc(16), 16, 16);
    ((void (*)(void *))function("cfree"))(malloc(10));
    if (frees != 3) fail("free");
}

// Asked about what is not its own, the library must not look in front of it.
static void asks(void) {
    for (size_t size = 1; size < 3 << 20; size *= 2) {
        void *block = malloc(size);
        if (malloc_usable_size(block) > length(block)) fail("the size of a block of the program's");
    }
    int on_the_stack;
    if (malloc_usable_size(&on_the_stack) || malloc_usable_size(heap) || malloc_usable_size((void *)16)) fail("no block");
    if (malloc_usable_size(NULL)) fail("null");
    // Blocks that are the library's, small and large, and what is inside of them.
    for (size_t size = 1; size < 3 << 20; size *= 2) {
        char *block = memalign(64, size);
        if (malloc_usable_size(block) < size) fail("the size of a block of the library's");
        if (malloc_usable_size(block + 1) || malloc_usable_size(block + size / 2 + 1)) fail("within a block");
    }
}

static void aligned(void) {
    void *page = valloc(100);
    if ((uintptr_t)page % 4096) fail("valloc");
    free(page);
    char *block = memalign(64, 100);
    memset(block, 7, 100);
    void *other;
    if (posix_memalign(&other, 128, 100) || (uintptr_t)other % 128) fail("posix_memalign");
    free(aligned_alloc(64, 64));
    free(other);
    free(block);
    if (frees) fail("blocks of whom");
    malloc_trim(0);
}

int main(int count, char **modes) {
    for (int mode = 1; mode < count; mode++) {
        switch (modes[mode][0]) {
        case 'r': resizes(); break;
        case 'f': frees_by_others(); break;
        case 'u': asks(); break;
        case 'v': aligned(); break;
        }
    }
    printf("hello, in own heap\n");
    return 0;
}
