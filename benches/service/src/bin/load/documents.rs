//! What is sent.

#[path = "../../../../defaults/src/workloads/json_text.rs"]
mod json_text;

/// Requests, as the bytes that go over a connection.
pub(crate) struct Documents(Vec<Vec<u8>>);

impl Documents {
    /// Makes a request to each of both routes for each size.
    pub(crate) fn new(sizes: &[usize]) -> Self {
        let requests = sizes.iter().flat_map(|&bytes| {
            let text = json_text::text(|_, length| length >= bytes);
            ["/sort", "/summary"].map(|path| {
                format!("POST {path} HTTP/1.1\r\nhost: load\r\ncontent-length: {}\r\n\r\n{text}", text.len())
                    .into_bytes()
            })
        });
        Self(requests.collect())
    }

    /// Returns the request with a number, which may be any.
    pub(crate) fn get(&self, number: u64) -> &[u8] {
        // Not in order, so that a connection sends all of them, whatever the number of connections. The factor is prime.
        let index = number.wrapping_mul(7919) % self.0.len() as u64;
        &self.0[index as usize]
    }
}
