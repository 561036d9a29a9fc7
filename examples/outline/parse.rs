//! The parser, which builds a tree from tokens. It knows items, calls and groups rather than all of Rust's grammar, and
//! accepts every text: a token that is not expected where it stands becomes a node, too.

use core::iter::Peekable;

use janus_alloc::api::{AllocError, Allocator, Layout, handle_alloc_error};
use janus_alloc::collections::{Box, FromIn, String, Vec};

use crate::token::{Delimiter, Located, Token, Tokens};
use crate::tree::{Item, Keyword, Kind, Node, Nodes};

/// Groups that are nested more deeply are flattened, since the parser and the drop of a tree recurse once for each level.
const MAX_DEPTH: u32 = 200;

/// Parses one source. Ends the process if there is no memory for its tree.
pub(crate) fn parse<A: Allocator + Copy>(source: &str, allocator: A) -> Nodes<A> {
    let tree = try_parse(source, allocator);
    tree.unwrap_or_else(|AllocError| handle_alloc_error(Layout::new::<Node<A>>()))
}

/// Parses one source.
///
/// # Errors
///
/// An error of `allocator`. What was built until then is dropped.
pub(crate) fn try_parse<A: Allocator + Copy>(source: &str, allocator: A) -> Result<Nodes<A>, AllocError> {
    let mut parser = Parser { tokens: Tokens::new(source).peekable(), allocator, depth: 0, line: 1 };
    let mut nodes = Vec::new_in(allocator);
    while parser.tokens.peek().is_some() {
        parser.parts_into(&mut nodes, Some(Delimiter::Brace))?;
        // Skips an unmatched closing delimiter.
        parser.next();
    }
    Ok(nodes)
}

type Parsed<A> = Result<Box<Node<A>, A>, AllocError>;

fn push<A: Allocator>(nodes: &mut Nodes<A>, node: Box<Node<A>, A>) -> Result<(), AllocError> {
    nodes.try_push(node).map_err(|_| AllocError)
}

struct Parser<'s, A: Allocator + Copy> {
    tokens: Peekable<Tokens<'s>>,
    allocator: A,
    depth: u32,
    /// The line of the last token.
    line: u32,
}

impl<'s, A: Allocator + Copy> Parser<'s, A> {
    fn next(&mut self) -> Option<Located<'s>> {
        let next = self.tokens.next()?;
        self.line = next.1;
        Some(next)
    }

    fn peek(&mut self) -> Option<Token<'s>> {
        self.tokens.peek().map(|&(token, _)| token)
    }

    fn text(&self, of: &str) -> Result<String<A>, AllocError> {
        String::try_from_in(of, self.allocator).map_err(|_| AllocError)
    }

    fn node(&self, kind: Kind<A>, first_line: u32) -> Parsed<A> {
        Box::try_new_in(Node { kind, first_line, last_line: self.line }, self.allocator)
    }

    /// Parses up to a closing delimiter, which is not read, or up to the end. Several parts before a semicolon or a
    /// comma become a sequence.
    fn parts_into(&mut self, parts: &mut Nodes<A>, within: Option<Delimiter>) -> Result<(), AllocError> {
        while let Some(&(token, line)) = self.tokens.peek() {
            if matches!(token, Token::Close(_)) {
                return Ok(());
            }
            let mut sequence = Vec::new_in(self.allocator);
            while let Some(token) = self.peek() {
                match token {
                    Token::Close(_) => break,
                    Token::Punctuation(';' | ',') => {
                        self.next();
                        break;
                    }
                    _ => {
                        let part = self.part(within)?;
                        let ends = matches!(part.kind, Kind::Item(_));
                        push(&mut sequence, part)?;
                        if ends {
                            break;
                        }
                    }
                }
            }
            match (sequence.pop(), sequence.is_empty()) {
                (Some(only), true) => push(parts, only)?,
                (Some(last), false) => {
                    push(&mut sequence, last)?;
                    push(parts, self.node(Kind::Sequence(sequence), line)?)?;
                }
                (None, _) => {}
            }
        }
        Ok(())
    }

    /// Parses one part. The next token must exist and not be a closing delimiter.
    fn part(&mut self, within: Option<Delimiter>) -> Parsed<A> {
        let Some((token, line)) = self.next() else { return self.node(Kind::Operator(' '), self.line) };
        let kind = match token {
            Token::Word(word) => return self.word(word, line, within),
            Token::Literal(literal) => Kind::Literal(self.text(literal)?),
            Token::Lifetime(name) => Kind::Lifetime(self.text(name)?),
            Token::Open(delimiter) => Kind::Group { delimiter, parts: self.group(delimiter)? },
            Token::Punctuation(sign) => Kind::Operator(sign),
            Token::Close(_) => Kind::Operator(' '),
        };
        self.node(kind, line)
    }

    fn word(&mut self, word: &'s str, line: u32, within: Option<Delimiter>) -> Parsed<A> {
        // The words of items also occur in types and expressions: `impl` in parentheses, `fn` before a parenthesis.
        let is_item = within == Some(Delimiter::Brace);
        match (keyword(word).filter(|_| is_item), self.peek()) {
            (Some(Keyword::Implementation), Some(_)) => self.item(Keyword::Implementation, "impl", line),
            (Some(keyword), Some(Token::Word(name))) => {
                self.next();
                self.item(keyword, name, line)
            }
            (_, Some(Token::Open(Delimiter::Parenthesis))) if !is_never_called(word) => self.call(word, line),
            (_, Some(Token::Punctuation('!'))) => self.macro_call(word, line),
            _ => self.node(Kind::Name(self.text(word)?), line),
        }
    }

    fn call(&mut self, name: &str, line: u32) -> Parsed<A> {
        let name = self.text(name)?;
        let arguments = match self.next() {
            Some((Token::Open(delimiter), _)) => self.group(delimiter)?,
            _ => Vec::new_in(self.allocator),
        };
        self.node(Kind::Call { name, arguments }, line)
    }

    /// Parses `word!`, which is a call if a group follows. Otherwise the sign is an operator, as in `a != b`.
    fn macro_call(&mut self, word: &str, line: u32) -> Parsed<A> {
        let mut ahead = self.tokens.clone();
        ahead.next();
        if !matches!(ahead.peek(), Some((Token::Open(_), _))) {
            return self.node(Kind::Name(self.text(word)?), line);
        }
        self.next();
        self.call(word, line)
    }

    /// Parses the parts between an opening delimiter, which was read, and the matching closing one.
    fn group(&mut self, delimiter: Delimiter) -> Result<Nodes<A>, AllocError> {
        let mut parts = Vec::new_in(self.allocator);
        if self.depth == MAX_DEPTH {
            return Ok(parts);
        }
        self.depth += 1;
        self.parts_into(&mut parts, Some(delimiter))?;
        self.depth -= 1;
        // A closing delimiter of another kind is left to an enclosing group.
        if self.peek() == Some(Token::Close(delimiter)) {
            self.next();
        }
        Ok(parts)
    }

    /// Parses an item whose keyword and name were read, up to its semicolon or the end of its body.
    fn item(&mut self, keyword: Keyword, name: &str, line: u32) -> Parsed<A> {
        let name = self.text(name)?;
        let mut head = Vec::new_in(self.allocator);
        let mut body = None;
        while let Some(token) = self.peek() {
            match token {
                Token::Close(_) => break,
                Token::Punctuation(';') => {
                    self.next();
                    break;
                }
                Token::Open(Delimiter::Brace) => {
                    let start = self.line;
                    self.next();
                    let parts = self.group(Delimiter::Brace)?;
                    body = Some(self.node(Kind::Group { delimiter: Delimiter::Brace, parts }, start)?);
                    break;
                }
                _ => push(&mut head, self.part(None)?)?,
            }
        }
        let item = Box::try_new_in(Item { keyword, name, head, body }, self.allocator)?;
        self.node(Kind::Item(item), line)
    }
}

fn keyword(word: &str) -> Option<Keyword> {
    Some(match word {
        "fn" => Keyword::Function,
        "mod" => Keyword::Module,
        "impl" => Keyword::Implementation,
        "trait" => Keyword::Trait,
        "struct" => Keyword::Struct,
        "enum" => Keyword::Enum,
        "union" | "type" => Keyword::Other,
        _ => return None,
    })
}

/// Words that are not called even if a parenthesis follows.
const NEVER_CALLED: [&str; 22] = [
    "as", "async", "await", "break", "const", "crate", "dyn", "else", "fn", "for", "if", "impl", "in", "let", "match",
    "move", "mut", "pub", "ref", "return", "where", "while",
];

fn is_never_called(word: &str) -> bool {
    NEVER_CALLED.contains(&word)
}
