//! The kernel's hash of a few words, from `include/linux/jhash.h`.

/// Where every hash begins.
const START: u32 = 0xdead_beef;

/// The hash of one word.
pub(crate) fn jhash_1word(word: u32, seed: u32) -> u32 {
    let start = START.wrapping_add(1 << 2).wrapping_add(seed);
    last(start.wrapping_add(word), start, start)
}

/// The hash of three words.
pub(crate) fn jhash_3words(words: [u32; 3], seed: u32) -> u32 {
    let start = START.wrapping_add(3 << 2).wrapping_add(seed);
    let [a, b, c] = words.map(|word| word.wrapping_add(start));
    last(a, b, c)
}

/// The hash of four words.
pub(crate) fn jhash2(k: [u32; 4], seed: u32) -> u32 {
    let start = START.wrapping_add(4 << 2).wrapping_add(seed);
    let (mut a, mut b, mut c) = (start, start, start);
    a = a.wrapping_add(k[0]);
    b = b.wrapping_add(k[1]);
    c = c.wrapping_add(k[2]);
    (a, b, c) = mixed(a, b, c);
    last(a.wrapping_add(k[3]), b, c)
}

/// The hash of bytes, read as the kernel reads them: words in its own order, the low byte first.
pub(crate) fn jhash_bytes(bytes: &[u8], seed: u32) -> u32 {
    let start = START.wrapping_add(bytes.len() as u32).wrapping_add(seed);
    let (mut a, mut b, mut c) = (start, start, start);
    let word = |bytes: &[u8], k: usize| {
        let at = |n: usize| u32::from(bytes.get(4 * k + n).copied().unwrap_or(0)) << (8 * n);
        at(0) | at(1) | at(2) | at(3)
    };
    let mut rest = bytes;
    while rest.len() > 12 {
        a = a.wrapping_add(word(rest, 0));
        b = b.wrapping_add(word(rest, 1));
        c = c.wrapping_add(word(rest, 2));
        (a, b, c) = mixed(a, b, c);
        rest = &rest[12..];
    }
    if rest.is_empty() {
        return c;
    }
    last(
        a.wrapping_add(word(rest, 0)),
        b.wrapping_add(word(rest, 1)),
        c.wrapping_add(word(rest, 2)),
    )
}

/// `__jhash_mix`.
fn mixed(mut a: u32, mut b: u32, mut c: u32) -> (u32, u32, u32) {
    a = a.wrapping_sub(c) ^ c.rotate_left(4);
    c = c.wrapping_add(b);
    b = b.wrapping_sub(a) ^ a.rotate_left(6);
    a = a.wrapping_add(c);
    c = c.wrapping_sub(b) ^ b.rotate_left(8);
    b = b.wrapping_add(a);
    a = a.wrapping_sub(c) ^ c.rotate_left(16);
    c = c.wrapping_add(b);
    b = b.wrapping_sub(a) ^ a.rotate_left(19);
    a = a.wrapping_add(c);
    c = c.wrapping_sub(b) ^ b.rotate_left(4);
    b = b.wrapping_add(a);
    (a, b, c)
}

fn last(mut a: u32, mut b: u32, mut c: u32) -> u32 {
    c = (c ^ b).wrapping_sub(b.rotate_left(14));
    a = (a ^ c).wrapping_sub(c.rotate_left(11));
    b = (b ^ a).wrapping_sub(a.rotate_left(25));
    c = (c ^ b).wrapping_sub(b.rotate_left(16));
    a = (a ^ c).wrapping_sub(c.rotate_left(4));
    b = (b ^ a).wrapping_sub(a.rotate_left(14));
    (c ^ b).wrapping_sub(b.rotate_left(24))
}
