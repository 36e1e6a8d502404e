//! `w1`: a text as the characters of an address. Two bytes of checksum and a raw DEFLATE stream that begins with
//! a dictionary both sides have, in base64url without padding.
//!
//! The dictionary and the way back are frozen: what was written once reads for ever. The way there may find
//! shorter streams.

use data_encoding::BASE64URL_NOPAD;
use miniz_oxide::deflate::core::{
    CompressorOxide, TDEFLFlush, TDEFLStatus, compress, create_comp_flags_from_zip_params,
};
use miniz_oxide::inflate::TINFLStatus;
use miniz_oxide::inflate::core::{DecompressorOxide, decompress, inflate_flags};

/// The longest text that a link may hold, in bytes.
pub const MOST_TEXT: usize = 1 << 20;

/// Words that pastes are made of, the most frequent last. Frozen with `w1`.
const DICTIONARY: &[u8] = include_bytes!("dict1.txt");

/// Why characters are no text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Broken {
    /// They end before the text does.
    CutOff,
    /// They are not what was written.
    Damaged,
    /// The text is longer than [`MOST_TEXT`].
    TooLong,
    /// Its bytes are no UTF-8.
    NotUtf8,
}

/// The characters for a text.
pub fn written(text: &str) -> String {
    let mut bytes = checksum(text.as_bytes()).to_vec();
    // Raw DEFLATE: a negative window. The best level; a link is made once and read often.
    let flags = create_comp_flags_from_zip_params(10, -15, 0);
    let mut compressor = CompressorOxide::new(flags);
    // What the dictionary is pressed to is dropped; the window keeps it.
    run(&mut compressor, DICTIONARY, TDEFLFlush::Sync, &mut Vec::new());
    run(&mut compressor, text.as_bytes(), TDEFLFlush::Finish, &mut bytes);
    BASE64URL_NOPAD.encode(&bytes)
}

/// Gives all of `input` to the compressor and appends what comes out.
fn run(compressor: &mut CompressorOxide, input: &[u8], flush: TDEFLFlush, out: &mut Vec<u8>) {
    let mut rest = input;
    let mut buffer = [0; 4096];
    loop {
        let (status, read, wrote) = compress(compressor, rest, &mut buffer, flush);
        rest = &rest[read..];
        out.extend_from_slice(&buffer[..wrote]);
        let full = wrote == buffer.len();
        if status != TDEFLStatus::Okay || (rest.is_empty() && !full) {
            return;
        }
    }
}

/// The text of characters that [`written`] made.
///
/// # Errors
/// Where they were cut off, changed, or hold what is no text or too much of it.
pub fn read(characters: &str) -> Result<String, Broken> {
    let bytes = decoded(characters)?;
    let (sum, stream) = bytes.split_at_checked(2).ok_or(Broken::CutOff)?;
    let text = inflated(stream)?;
    if checksum(&text) != sum {
        return Err(Broken::Damaged);
    }
    String::from_utf8(text).map_err(|_| Broken::NotUtf8)
}

/// The bytes of base64url; a last character that stands for less than a byte was left by a cut.
fn decoded(characters: &str) -> Result<Vec<u8>, Broken> {
    BASE64URL_NOPAD.decode(characters.as_bytes()).map_err(|e| match e.kind {
        data_encoding::DecodeKind::Length | data_encoding::DecodeKind::Trailing => Broken::CutOff,
        _ => Broken::Damaged,
    })
}

/// The text of a raw DEFLATE stream whose window begins with the dictionary.
fn inflated(stream: &[u8]) -> Result<Vec<u8>, Broken> {
    let begin = DICTIONARY.len();
    let mut out = DICTIONARY.to_vec();
    out.resize(begin + (stream.len() * 4).clamp(1 << 10, MOST_TEXT), 0);
    let mut state = DecompressorOxide::new();
    let (mut rest, mut end) = (stream, begin);
    loop {
        // The output never wraps, so that a stream may point back into the dictionary.
        let flags = inflate_flags::TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF;
        let (status, read, wrote) = decompress(&mut state, rest, &mut out, end, flags);
        rest = rest.get(read..).unwrap_or_default();
        end += wrote;
        match status {
            TINFLStatus::Done if end - begin > MOST_TEXT => return Err(Broken::TooLong),
            TINFLStatus::Done => break,
            TINFLStatus::HasMoreOutput if out.len() > begin + MOST_TEXT => {
                return Err(Broken::TooLong);
            }
            TINFLStatus::HasMoreOutput => {
                let more = (out.len() * 2).min(begin + MOST_TEXT + 1);
                out.resize(more, 0);
            }
            TINFLStatus::FailedCannotMakeProgress | TINFLStatus::NeedsMoreInput => {
                return Err(Broken::CutOff);
            }
            _ => return Err(Broken::Damaged),
        }
    }
    out.truncate(end);
    Ok(out.split_off(begin))
}

/// The two halves of a text's Adler-32, one laid over the other.
fn checksum(text: &[u8]) -> [u8; 2] {
    let sum = adler2::adler32_slice(text);
    ((sum ^ (sum >> 16)) as u16).to_be_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_written_reads_back(text in "(?s).{0,400}") {
            prop_assert_eq!(read(&written(&text)), Ok(text));
        }

        #[test]
        fn no_characters_panic(characters in "[A-Za-z0-9_-]{0,80}|.{0,40}") {
            let _ = read(&characters);
        }

        #[test]
        fn what_was_cut_is_never_taken_for_whole(text in "[ -~\n]{1,200}", cut in 1_usize..20) {
            let all = written(&text);
            prop_assert!(read(&all[..all.len().saturating_sub(cut)]).is_err());
        }
    }

    #[test]
    fn no_wrong_character_gives_another_text() {
        let text = "packet: ping 192.0.2.1\n---\n-A OFFICE -s 10.9.8.7/32 -j DROP\n";
        let all = written(text);
        for at in 0..all.len() {
            for other in ["A", "b", "7", "_"] {
                let changed = [&all[..at], other, &all[at + 1..]].concat();
                // Bits behind the end of the stream carry nothing.
                assert!(
                    read(&changed).is_err() || read(&changed).as_deref() == Ok(text),
                    "{at} {other}"
                );
            }
        }
    }

    #[test]
    fn a_text_of_the_fields_words_is_short() {
        let text = "chainwalk: 1\npacket: curl 198.51.100.20:8080 from 203.0.113.9 in eth0\n---\n\
            $ sudo iptables-save\n*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n\
            -A INPUT -i lo -j ACCEPT\nCOMMIT\n";
        assert!(written(text).len() * 3 < text.len(), "{}", written(text).len());
    }

    #[test]
    fn a_bomb_is_refused() {
        let bomb = written(&"0".repeat(8 << 20));
        assert_eq!(read(&bomb), Err(Broken::TooLong));
        assert_eq!(read(&written(&"0".repeat(MOST_TEXT))).map(|t| t.len()), Ok(MOST_TEXT));
        assert_eq!(read(&written(&"0".repeat(MOST_TEXT + 1))), Err(Broken::TooLong));
    }
}
