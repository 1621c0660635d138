//! Log probabilities, dealt out to the deltas of their text.

use crate::json;

/// The log probabilities of a text, in order of its tokens.
pub(super) struct Logprobs<'a> {
    /// Where in the text each token ends, and its JSON. None where the tokens do not make up the text.
    tokens: Vec<(usize, &'a [u8])>,
    dealt: usize,
}

impl<'a> Logprobs<'a> {
    /// Those of an array, if their tokens make up the text; none otherwise.
    pub(super) fn new(array: &'a [u8], text: &str) -> Self {
        let tokens = ends(array, text).unwrap_or_default();
        Self { tokens, dealt: 0 }
    }

    /// The array of those whose tokens end at or before this byte of the text and were not dealt out before.
    pub(super) fn until(&mut self, end: usize) -> Vec<u8> {
        let due = self.tokens.iter().skip(self.dealt).take_while(|(at, _)| *at <= end);
        let tokens: Vec<&[u8]> = due.map(|(_, json)| *json).collect();
        self.dealt += tokens.len();
        [b"[", &*tokens.join(&b","[..]), b"]"].concat()
    }
}

fn ends<'a>(array: &'a [u8], text: &str) -> Option<Vec<(usize, &'a [u8])>> {
    let mut rest = text;
    let tokens = json::elements(array).map(|element| {
        let json = element.of(array);
        rest = rest.strip_prefix(&*json::string_member(json, "token")?)?;
        Some((text.len() - rest.len(), json))
    });
    let tokens = tokens.collect::<Option<Vec<_>>>()?;
    rest.is_empty().then_some(tokens)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HI: &[u8] = br#"[ {"token":"H"}, {"token":"i\u0020"}, {"token":"you"}, {"token":""} ]"#;

    #[test]
    fn a_token_goes_to_the_delta_in_which_it_ends() {
        let mut logprobs = Logprobs::new(HI, "Hi you");
        assert_eq!(logprobs.until(2), br#"[{"token":"H"}]"#);
        assert_eq!(logprobs.until(3), br#"[{"token":"i\u0020"}]"#);
        assert_eq!(logprobs.until(5), b"[]");
        assert_eq!(logprobs.until(6), br#"[{"token":"you"},{"token":""}]"#);
    }

    #[test]
    fn tokens_of_another_text_are_not_dealt_out() {
        assert_eq!(Logprobs::new(HI, "Hi  you").until(99), b"[]");
        assert_eq!(Logprobs::new(HI, "Hi you!").until(99), b"[]");
        assert_eq!(Logprobs::new(b"null", "Hi").until(99), b"[]");
        assert_eq!(Logprobs::new(br#"[{"token":"Hi"},{}]"#, "Hi").until(99), b"[]");
    }
}
