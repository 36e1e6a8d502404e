//! How far the reading of a long paste is.

/// How far the reading is. A line is looked at twice: as it is put to a group, and as the group is read.
pub(crate) struct Progress<'t> {
    /// Bytes of all documents.
    all: usize,
    /// Bytes of the documents that are done.
    before: usize,
    /// Bytes of this one that were put to groups.
    sorted: usize,
    /// Bytes of it that were read.
    read: usize,
    lines: usize,
    tell: &'t mut dyn FnMut(f64),
}

impl<'t> Progress<'t> {
    /// Nothing is read yet of so many bytes.
    pub(crate) fn new(all: usize, tell: &'t mut dyn FnMut(f64)) -> Self {
        Self { all, before: 0, sorted: 0, read: 0, lines: 0, tell }
    }

    /// How many lines are looked at between two words of it.
    const LINES: usize = 4096;

    /// What stands before this place was put to groups; `waits` tells whether one of them is still to be read.
    pub(crate) fn sorted(&mut self, place: usize, waits: bool) {
        self.sorted = place;
        self.line(if waits { self.read } else { place });
    }

    /// What stands before this place was read.
    pub(crate) fn line(&mut self, place: usize) {
        self.read = place;
        self.lines += 1;
        if self.lines.is_multiple_of(Self::LINES) {
            let done = 2 * self.before + self.sorted + self.read;
            (self.tell)(done as f64 / (2 * self.all).max(1) as f64);
        }
    }

    /// The next document begins.
    pub(crate) fn next(&mut self, bytes: usize) {
        self.before += bytes;
        (self.sorted, self.read) = (0, 0);
    }
}
