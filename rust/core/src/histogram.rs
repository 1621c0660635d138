//! A histogram of durations: log-linear, three significant digits, mergeable, small on the wire.

/// Values below this have a bucket each; above it, each doubling is cut into half as many buckets.
const EXACT: u64 = 2048;
const EXACT_BITS: u32 = EXACT.trailing_zeros();
const PER_DOUBLING: u64 = EXACT / 2;

/// First byte of the serialised form.
const VERSION: u8 = 1;

/// Why bytes are no histogram.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAHistogram;

impl std::fmt::Display for NotAHistogram {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("these bytes are no histogram of this version")
    }
}

impl std::error::Error for NotAHistogram {}

/// Counts of values from 0 to 2^64 - 1, each known to 0.1 %. Counts that would pass 2^64 - 1 stay there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Histogram {
    counts: Vec<u64>,
    total: u64,
    sum: u128,
    least: u64,
    most: u64,
}

impl Histogram {
    /// Counts a value, `times` times.
    #[inline]
    pub fn record(&mut self, value: u64, times: u64) {
        if times == 0 {
            return;
        }
        let at = bucket(value);
        if at >= self.counts.len() {
            self.counts.resize(at + 1, 0);
        }
        if let Some(count) = self.counts.get_mut(at) {
            *count = count.saturating_add(times);
        }
        self.least = if self.total == 0 { value } else { self.least.min(value) };
        self.most = self.most.max(value);
        self.total = self.total.saturating_add(times);
        self.sum = self.sum.saturating_add(u128::from(value) * u128::from(times));
    }

    /// Adds all values of another histogram.
    pub fn merge(&mut self, other: &Self) {
        if other.total == 0 {
            return;
        }
        if other.counts.len() > self.counts.len() {
            self.counts.resize(other.counts.len(), 0);
        }
        for (count, more) in self.counts.iter_mut().zip(&other.counts) {
            *count = count.saturating_add(*more);
        }
        self.least = if self.total == 0 { other.least } else { self.least.min(other.least) };
        self.most = self.most.max(other.most);
        self.total = self.total.saturating_add(other.total);
        self.sum = self.sum.saturating_add(other.sum);
    }

    /// How many values were counted.
    pub fn total(&self) -> u64 {
        self.total
    }

    /// The sum of the values, exact.
    pub fn sum(&self) -> u128 {
        self.sum
    }

    /// The smallest value, exact; None without values.
    pub fn least(&self) -> Option<u64> {
        (self.total > 0).then_some(self.least)
    }

    /// The largest value, exact; None without values.
    pub fn most(&self) -> Option<u64> {
        (self.total > 0).then_some(self.most)
    }

    /// The smallest value that at least this share of the values does not exceed, to 0.1 %; None without values.
    pub fn quantile(&self, share: f64) -> Option<u64> {
        let rank = rank(share, self.total)?;
        if rank == self.total {
            return Some(self.most);
        }
        let mut seen = 0_u64;
        let at = self.counts.iter().position(|count| {
            seen = seen.saturating_add(*count);
            seen >= rank
        })?;
        let (low, width) = values(at);
        Some((low + (width - 1) / 2).clamp(self.least, self.most))
    }

    /// Every bucket that is not empty: its smallest value, its width, its count.
    pub fn buckets(&self) -> impl Iterator<Item = (u64, u64, u64)> + '_ {
        self.counts.iter().enumerate().filter(|(_, count)| **count > 0).map(|(at, count)| {
            let (low, width) = values(at);
            (low, width, *count)
        })
    }

    /// Writes the histogram: gaps and counts of the buckets that are not empty, as LEB128.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = vec![VERSION];
        for number in [u128::from(self.total), self.sum, u128::from(self.least), u128::from(self.most)] {
            write(number, &mut out);
        }
        let mut next = 0;
        for (at, count) in self.counts.iter().enumerate().filter(|(_, count)| **count > 0) {
            write((at - next) as u128, &mut out);
            write(u128::from(*count), &mut out);
            next = at + 1;
        }
        out
    }

    /// Reads what [`Self::to_bytes`] wrote.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, NotAHistogram> {
        let (&VERSION, mut rest) = bytes.split_first().ok_or(NotAHistogram)? else { return Err(NotAHistogram) };
        let rest = &mut rest;
        let (total, sum, least, most) = (small(read(rest)?)?, read(rest)?, small(read(rest)?)?, small(read(rest)?)?);
        let mut told = Self { counts: Vec::new(), total, sum, least, most };
        let mut counted = 0_u64;
        while !rest.is_empty() {
            let gap = usize::try_from(read(rest)?).map_err(|_| NotAHistogram)?;
            let (at, count) = (told.counts.len().saturating_add(gap), small(read(rest)?)?);
            if at > bucket(u64::MAX) || count == 0 {
                return Err(NotAHistogram);
            }
            told.counts.resize(at, 0);
            told.counts.push(count);
            counted = counted.saturating_add(count);
        }
        if counted == total && least <= most { Ok(told) } else { Err(NotAHistogram) }
    }

    /// Bytes held on the heap.
    pub fn heap_bytes(&self) -> usize {
        self.counts.capacity() * size_of::<u64>()
    }
}

/// Place of a value's bucket.
#[inline]
fn bucket(value: u64) -> usize {
    let above = (u64::BITS - value.leading_zeros()).saturating_sub(EXACT_BITS);
    // At most 53 * 1024 + 2047.
    usize::try_from(u64::from(above) * PER_DOUBLING + (value >> above)).unwrap_or(usize::MAX)
}

/// Smallest value and width of a bucket.
fn values(at: usize) -> (u64, u64) {
    let at = at as u64;
    if at < EXACT {
        return (at, 1);
    }
    let above = (at - PER_DOUBLING) / PER_DOUBLING;
    ((at - above * PER_DOUBLING) << above, 1 << above)
}

/// The rank of a share, counted from 1: the nearest-rank definition.
#[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn rank(share: f64, total: u64) -> Option<u64> {
    let rank = (share.clamp(0.0, 1.0) * total as f64).ceil() as u64;
    (total > 0).then(|| rank.clamp(1, total))
}

fn write(mut number: u128, out: &mut Vec<u8>) {
    while number >= 0x80 {
        out.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    out.push((number & 0x7f) as u8);
}

fn read(bytes: &mut &[u8]) -> Result<u128, NotAHistogram> {
    let mut number = 0_u128;
    for shift in (0..128).step_by(7) {
        let (byte, rest) = bytes.split_first().ok_or(NotAHistogram)?;
        *bytes = rest;
        number |= u128::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Ok(number);
        }
    }
    Err(NotAHistogram)
}

fn small(number: u128) -> Result<u64, NotAHistogram> {
    u64::try_from(number).map_err(|_| NotAHistogram)
}
