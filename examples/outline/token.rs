//! The lexer: words, literals, delimiters and punctuation. Comments and white space are skipped.

/// One token. Words and literals are slices of the source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Token<'s> {
    /// An identifier or a keyword, without `r#`.
    Word(&'s str),
    /// A string, character or number, as written.
    Literal(&'s str),
    Lifetime(&'s str),
    Open(Delimiter),
    Close(Delimiter),
    Punctuation(char),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Delimiter {
    Parenthesis,
    Bracket,
    Brace,
}

/// A token, and the line it starts on, counted from 1.
pub(crate) type Located<'s> = (Token<'s>, u32);

/// An iterator over the tokens of a source. It accepts every text: a character that starts no token of Rust is punctuation.
#[derive(Clone, Debug)]
pub(crate) struct Tokens<'s> {
    rest: &'s str,
    line: u32,
}

impl<'s> Tokens<'s> {
    pub(crate) fn new(source: &'s str) -> Self {
        Self { rest: source, line: 1 }
    }

    /// Removes the first `length` bytes from the rest, counts their lines, and returns them.
    fn cut(&mut self, length: usize) -> &'s str {
        let (cut, rest) = self.rest.split_at(length);
        self.rest = rest;
        self.line += cut.bytes().filter(|&byte| byte == b'\n').count() as u32;
        cut
    }

    fn skip_space_and_comments(&mut self) {
        loop {
            let space = self.rest.len() - self.rest.trim_start().len();
            let length = if space > 0 {
                space
            } else if self.rest.starts_with("//") {
                self.rest.find('\n').unwrap_or(self.rest.len())
            } else if self.rest.starts_with("/*") {
                block_comment(self.rest)
            } else {
                return;
            };
            self.cut(length);
        }
    }
}

impl<'s> Iterator for Tokens<'s> {
    type Item = Located<'s>;

    fn next(&mut self) -> Option<Located<'s>> {
        self.skip_space_and_comments();
        let line = self.line;
        let first = self.rest.chars().next()?;
        let token = match first {
            '(' | ')' | '[' | ']' | '{' | '}' => {
                self.cut(1);
                delimiter(first)
            }
            '"' => Token::Literal(self.cut(quoted(self.rest, 1, '"'))),
            '\'' => match lifetime(self.rest) {
                Some(length) => Token::Lifetime(self.cut(length)),
                None => Token::Literal(self.cut(quoted(self.rest, 1, '\''))),
            },
            '0'..='9' => Token::Literal(self.cut(number(self.rest))),
            _ if is_word(first) => match prefixed_literal(self.rest) {
                Some(length) => Token::Literal(self.cut(length)),
                None => {
                    let raw = if self.rest.starts_with("r#") { 2 } else { 0 };
                    Token::Word(&self.cut(raw + word(&self.rest[raw..]))[raw..])
                }
            },
            _ => {
                self.cut(first.len_utf8());
                Token::Punctuation(first)
            }
        };
        Some((token, line))
    }
}

fn delimiter(of: char) -> Token<'static> {
    match of {
        '(' => Token::Open(Delimiter::Parenthesis),
        '[' => Token::Open(Delimiter::Bracket),
        '{' => Token::Open(Delimiter::Brace),
        ')' => Token::Close(Delimiter::Parenthesis),
        ']' => Token::Close(Delimiter::Bracket),
        _ => Token::Close(Delimiter::Brace),
    }
}

fn is_word(of: char) -> bool {
    of == '_' || of.is_alphanumeric()
}

/// Returns the length of the word that `text` starts with.
fn word(text: &str) -> usize {
    text.find(|of| !is_word(of)).unwrap_or(text.len())
}

/// Returns the length of the block comment that `text` starts with. Block comments nest.
fn block_comment(text: &str) -> usize {
    let bytes = text.as_bytes();
    let (mut depth, mut at) = (0_u32, 0);
    while at + 1 < bytes.len() {
        match [bytes[at], bytes[at + 1]] {
            [b'/', b'*'] => depth += 1,
            [b'*', b'/'] => depth -= 1,
            _ => {
                at += 1;
                continue;
            }
        }
        at += 2;
        if depth == 0 {
            return at;
        }
    }
    bytes.len()
}

/// Returns the length of a literal whose contents start at `start` and end with the first `quote` that no backslash escapes.
fn quoted(text: &str, start: usize, quote: char) -> usize {
    let mut escaped = false;
    let end = text[start..].find(|of| {
        let is_end = of == quote && !escaped;
        escaped = of == '\\' && !escaped;
        is_end
    });
    end.map_or(text.len(), |end| start + end + 1)
}

/// Returns the length of a literal that starts with a letter: `b"..."`, `c"..."`, `b'x'`, `r#"..."#` and their combinations.
fn prefixed_literal(text: &str) -> Option<usize> {
    let letters = ["br", "cr", "r", "b", "c"].into_iter().find(|letters| text.starts_with(letters))?;
    let rest = &text[letters.len()..];
    if letters.ends_with('r') {
        let hashes = rest.len() - rest.trim_start_matches('#').len();
        let contents = rest[hashes..].strip_prefix('"')?;
        let is_end =
            |(at, _): &(usize, &str)| contents[at + 1..].bytes().take_while(|&byte| byte == b'#').count() >= hashes;
        let end = contents.match_indices('"').find(is_end);
        return Some(end.map_or(text.len(), |(end, _)| letters.len() + hashes + 1 + end + 1 + hashes));
    }
    let quote = rest.chars().next().filter(|&quote| quote == '"' || quote == '\'' && letters == "b")?;
    Some(quoted(text, letters.len() + 1, quote))
}

/// Returns the length of the lifetime that `text` starts with, or `None` if it starts with a character literal.
fn lifetime(text: &str) -> Option<usize> {
    let name = word(&text[1..]);
    let is_character = text[1 + name..].starts_with('\'');
    (name > 0 && !is_character).then_some(1 + name)
}

/// Returns the length of a number: digits, letters, one point followed by a digit, and a sign after an `e`.
fn number(text: &str) -> usize {
    let mut end = word(text);
    let bytes = text.as_bytes();
    if bytes.get(end) == Some(&b'.') && bytes.get(end + 1).is_some_and(u8::is_ascii_digit) {
        end += 1 + word(&text[end + 1..]);
    }
    let is_decimal = !text.starts_with("0x");
    if is_decimal && matches!(bytes[end - 1], b'e' | b'E') && matches!(bytes.get(end), Some(b'+' | b'-')) {
        end += 1 + word(&text[end + 1..]);
    }
    end
}
