// A program with a `malloc` of its own, as one with an allocator linked in. The functions that it does not define are the library's.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <malloc.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char heap[8 << 20] __attribute__((aligned(4096)));
static size_t used;
static int frees;

static int is_own(const void *block) { return (const char *)block >= heap && (const char *)block < heap + sizeof heap; }

static void *take(size_t size) {
    if (size > sizeof heap - 64) return NULL;
    size = (size + 31) & ~(size_t)15;
    if (size > sizeof heap - used) return NULL;
    char *block = heap + used;
    used += size;
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

// Ignores blocks of the library, which pass through here too.
void free(void *block) { frees += is_own(block); }

static void fail(const char *reason) {
    printf("failed: %s\n", reason);
    exit(1);
}

// Finds a function that older C libraries and headers do not have.
static void *function(const char *name) {
    void *found = dlsym(RTLD_DEFAULT, name);
    if (!found) fail(name);
    return found;
}

static void test_reallocarray(void) {
    char *text = malloc(20);
    strcpy(text, "hello");
    text = reallocarray(text, 100, 10);
    if (!text || strcmp(text, "hello") || !is_own(text)) fail("reallocarray lost the contents or the heap");
    if (reallocarray(text, SIZE_MAX, 2)) fail("reallocarray accepted an overflow");
    if (!is_own(reallocarray(NULL, 3, 5))) fail("reallocarray of null used another heap");
}

static void test_frees(void) {
    ((void (*)(void *, size_t))function("free_sized"))(malloc(10), 10);
    ((void (*)(void *, size_t, size_t))function("free_aligned_sized"))(malloc(16), 16, 16);
    ((void (*)(void *))function("cfree"))(malloc(10));
    if (frees != 3) fail("the program's free was not called");
}

// For an address outside its own blocks, the library must not read the memory before it.
static void test_usable_sizes(void) {
    for (size_t size = 1; size < 3 << 20; size *= 2) {
        void *block = malloc(size);
        if (malloc_usable_size(block) > length(block)) fail("the size of a block of the program is too large");
    }
    int local;
    if (malloc_usable_size(&local) || malloc_usable_size(heap) || malloc_usable_size((void *)16)) fail("no block has a size");
    if (malloc_usable_size(NULL)) fail("null has a size");
    // Small and large blocks of the library, and addresses in them.
    for (size_t size = 1; size < 3 << 20; size *= 2) {
        char *block = memalign(64, size);
        if (malloc_usable_size(block) < size) fail("the size of a block of the library is too small");
        if (malloc_usable_size(block + 1) || malloc_usable_size(block + size / 2 + 1)) fail("an address within a block has a size");
    }
}

static void test_aligned(void) {
    void *page = valloc(100);
    if ((uintptr_t)page % 4096) fail("valloc returned a misaligned block");
    free(page);
    char *block = memalign(64, 100);
    memset(block, 7, 100);
    void *other;
    if (posix_memalign(&other, 128, 100) || (uintptr_t)other % 128) fail("posix_memalign failed");
    free(aligned_alloc(64, 64));
    free(other);
    free(block);
    if (frees) fail("aligned blocks came from the program's heap");
    malloc_trim(0);
}

int main(int count, char **modes) {
    for (int mode = 1; mode < count; mode++) {
        switch (modes[mode][0]) {
        case 'r': test_reallocarray(); break;
        case 'f': test_frees(); break;
        case 'u': test_usable_sizes(); break;
        case 'v': test_aligned(); break;
        }
    }
    printf("own heap, passed\n");
    return 0;
}
