//! `NumaPages`: memory comes from the node, also after growth.

use janus_alloc::NumaPages;
use janus_alloc::api::Allocator;

use crate::mappings::policy;
use crate::{fill, layout};

/// Asks the system for the node of the page at `address`.
fn node_of(address: usize) -> libc::c_int {
    const MPOL_F_NODE: usize = 1;
    const MPOL_F_ADDR: usize = 2;
    let mut node: libc::c_int = -1;
    // SAFETY: it writes a number to `node`; there is no mask.
    let result = unsafe {
        libc::syscall(libc::SYS_get_mempolicy, &raw mut node, 0_usize, 0_usize, address, MPOL_F_NODE | MPOL_F_ADDR)
    };
    assert_eq!(result, 0);
    node
}

#[test]
fn blocks_are_of_the_node_all_their_life() {
    for (pages, expected) in [(NumaPages::new(0), "bind:0"), (NumaPages::preferred(0), "prefer:0")] {
        let Ok(pages) = pages else { return skipped!("this kernel has no NUMA node 0") };
        assert_eq!(pages.node(), 0);
        for align in [8, 2 << 20] {
            let [small, medium, large] = [10_000, 3 << 20, 9 << 20].map(|size| layout(size, align));
            let block = pages.allocate(medium).unwrap();
            let check = |block: std::ptr::NonNull<[u8]>| {
                fill(block, 1);
                let start = block.cast::<u8>().addr().get();
                assert_eq!((node_of(start), node_of(start + block.len() - 1)), (0, 0));
                // A neighbour with the same policy may be part of the same mapping.
                if let Some(found) = policy(start) {
                    assert_eq!(found, expected);
                }
            };
            check(block);
            // SAFETY: the block is live and has that layout; the new size is larger.
            let block = unsafe { pages.grow(block.cast(), medium, large) }.unwrap();
            check(block);
            // SAFETY: the block is live and has that layout; the new size is smaller.
            let block = unsafe { pages.shrink(block.cast(), large, small) }.unwrap();
            check(block);
            // SAFETY: the block is live and has that layout.
            unsafe { pages.deallocate(block.cast(), small) };
        }
    }
}

#[test]
fn a_node_that_does_not_exist_is_an_error() {
    for node in [63, 64, 1000, 1023, 1024, 1025, 100_000, u32::MAX] {
        let exists = std::fs::exists(format!("/sys/devices/system/node/node{node}")).unwrap();
        assert_eq!(NumaPages::new(node).is_ok(), exists, "{node}");
        assert_eq!(NumaPages::preferred(node).is_ok(), exists, "{node}");
    }
}
