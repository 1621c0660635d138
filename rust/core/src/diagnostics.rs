//! What was noticed and put right. Lenient readers collect it, strict readers stop at the first.
//!
//! Memory is bounded: the first [`KEPT`] findings are kept whole, all are counted by rule.

/// How many findings are kept whole.
pub const KEPT: usize = 256;

macro_rules! rules {
    ($($(#[$doc:meta])* $name:ident = $id:literal),+ $(,)?) => {
        /// A rule by which a server's stream was found wrong; the ids are stable.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[repr(u8)]
        pub enum Rule { $($(#[$doc])* $name),+ }

        impl Rule {
            /// Every rule, in order of its discriminant.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The stable id, such as `E5`.
            pub const fn id(self) -> &'static str {
                match self { $(Self::$name => $id),+ }
            }
        }
    };
}

rules! {
    /// An event's data is not JSON.
    NotJson = "S5",
    /// A line of the body is no field of an event stream.
    Stray = "S8",
    /// One event holds several JSON texts.
    SeveralTexts = "S9",
    /// The body ends inside an event whose data is whole.
    Unterminated = "S10",
    /// The body is not an event stream.
    NotAnEventStream = "S14",
    /// An event without `type`.
    Untyped = "E1",
    /// A lone surrogate half stands where text is due.
    LoneSurrogate = "E3",
    /// Bytes that are not UTF-8.
    InvalidUtf8 = "E4",
    /// A sequence number repeats, goes back or leaves a gap.
    Sequence = "E5",
    /// An event lacks the id or index that the schema requires.
    MissingIndex = "E6",
    /// An item is announced at an index that another item has.
    TakenIndex = "E7",
    /// An error object without `type`.
    UntypedError = "E9",
    /// A response object that is not wrapped in an event, or a terminal event without one.
    BareResponse = "E13",
    /// A key occurs twice in an event; the last one counts.
    DuplicateKey = "E18",
    /// An index or number that is not an integer from 0 to 2^53.
    BadIndex = "E19",
    /// An event matched its item only in part, or no announced item at all.
    Route = "R1",
    /// An announcement without an item, or the end of an item that was never announced.
    ItemLifecycle = "R2",
    /// An event names a part that was never announced.
    PartIndex = "R3",
    /// The closing text differs from the deltas.
    Text = "R4",
    /// Deltas follow the closing text.
    LateText = "R4",
    /// The finished item differs from what was streamed.
    Item = "R5",
    /// A part was announced with text that its deltas repeat.
    Seed = "R6",
    /// The terminal output differs from what was streamed.
    Output = "R7",
    /// The terminal event and its response's status tell different ends.
    End = "R10",
    /// Something follows the terminal event.
    Late = "R11",
    /// The response id changes.
    ResponseId = "R12",
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// The rule.
    pub rule: Rule,
    /// Index of the event, counted from 0.
    pub event_index: u64,
    /// Stream byte of the event's data.
    pub offset: u64,
    /// What is wrong, in one line, without content from the wire.
    pub message: &'static str,
}

impl std::fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { rule, event_index, offset, message } = self;
        write!(f, "{}: {message} (event {event_index}, byte {offset})", rule.id())
    }
}

/// The findings of one stream.
#[derive(Debug, Clone, Default)]
pub struct Diagnostics {
    kept: Vec<Diagnostic>,
    counts: [u32; Rule::ALL.len()],
    total: u64,
    // Set by the decoder before each event, so that whoever finds something need not know where it stands.
    event_index: u64,
    offset: u64,
    latest: Option<Diagnostic>,
}

impl Diagnostics {
    /// From here on findings concern this event.
    #[inline]
    pub fn at(&mut self, event_index: u64, offset: u64) {
        self.event_index = event_index;
        self.offset = offset;
        self.latest = None;
    }

    /// Records a finding about the current event.
    #[cold]
    pub fn found(&mut self, rule: Rule, message: &'static str) {
        let finding = Diagnostic { rule, event_index: self.event_index, offset: self.offset, message };
        self.total += 1;
        if let Some(count) = self.counts.get_mut(rule as usize) {
            *count = count.saturating_add(1);
        }
        if self.kept.len() < KEPT {
            self.kept.push(finding.clone());
        }
        self.latest.get_or_insert(finding);
    }

    /// Stream byte of the current event's data.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// The first finding about the current event.
    #[inline]
    pub fn current(&self) -> Option<&Diagnostic> {
        self.latest.as_ref()
    }

    /// The first findings, at most [`KEPT`].
    pub fn kept(&self) -> &[Diagnostic] {
        &self.kept
    }

    /// How often each rule was broken, for those that were.
    pub fn counts(&self) -> impl Iterator<Item = (Rule, u32)> + '_ {
        Rule::ALL.iter().copied().zip(self.counts.iter().copied()).filter(|(_, count)| *count > 0)
    }

    /// Number of findings.
    pub fn total(&self) -> u64 {
        self.total
    }

    /// Bytes held on the heap.
    pub fn heap_bytes(&self) -> usize {
        self.kept.capacity() * size_of::<Diagnostic>()
    }
}
