//! A hash that detects changed files, for the build script, too.

/// Hashes the content of a file. It detects changes, not attacks.
pub fn content_hash(content: &[u8]) -> u64 {
    let length = content.len() as u64;
    let (words, rest) = content.as_chunks();
    let add = |hash, word: &[u8; 8]| mix(hash, u64::from_le_bytes(*word));
    let hash = words.iter().fold(mix(0, length), add);
    if rest.is_empty() {
        return hash;
    }
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    add(hash, &last)
}

/// Adds a number to a hash.
pub fn mix(hash: u64, word: u64) -> u64 {
    (hash.rotate_left(23) ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}
