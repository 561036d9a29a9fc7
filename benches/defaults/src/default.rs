//! The registered default, which a feature chooses. Without a feature, it is `System`.

#[cfg(feature = "janus")]
mod registered {
    use janus_alloc::{AsGlobal, SharedPool};

    #[global_allocator]
    static DEFAULT: AsGlobal<SharedPool> = AsGlobal::new(SharedPool::new());

    #[cfg(all(feature = "exported", target_os = "linux"))]
    janus_alloc::export_malloc!(DEFAULT);
}

/// mimalloc's version 3, or version 2 with the feature `mimalloc-v2`.
#[cfg(feature = "mimalloc")]
mod registered {
    #[global_allocator]
    static DEFAULT: mimalloc::MiMalloc = mimalloc::MiMalloc;
}

#[cfg(feature = "snmalloc")]
mod registered {
    #[global_allocator]
    static DEFAULT: snmalloc_rs::SnMalloc = snmalloc_rs::SnMalloc;
}

#[cfg(feature = "jemalloc")]
mod registered {
    #[global_allocator]
    static DEFAULT: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;
}

#[cfg(feature = "rpmalloc")]
mod registered {
    #[global_allocator]
    static DEFAULT: rpmalloc::RpMalloc = rpmalloc::RpMalloc;
}

/// talc has no source of memory of its own. Here it takes memory from `System`, 1 MiB at a time, which is its default.
#[cfg(feature = "talc")]
mod registered {
    use std::alloc::System;

    use talc::TalcLock;
    use talc::source::GlobalAllocSource;

    #[global_allocator]
    // SAFETY: `System` does not allocate from the default.
    static DEFAULT: TalcLock<spin::Mutex<()>, GlobalAllocSource<System>> =
        TalcLock::new(GlobalAllocSource::new(System));
}

#[cfg(feature = "dlmalloc")]
mod registered {
    #[global_allocator]
    static DEFAULT: dlmalloc::GlobalDlmalloc = dlmalloc::GlobalDlmalloc;
}

#[cfg(feature = "sefer")]
mod registered {
    #[global_allocator]
    static DEFAULT: sefer_alloc::SeferAlloc = sefer_alloc::SeferAlloc::new();
}
