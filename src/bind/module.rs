#![allow(dead_code, non_camel_case_types, non_snake_case, unused_mut, unused_parens, unused_variables)]
#![allow(clippy::all)]

use std::fmt;
use std::ops::{Add, Div, Mul, Sub};
use std::os::raw::{c_int, c_void};
use std::sync::atomic::{AtomicUsize, Ordering};

/// Why a call did nothing, or what its outputs are not to be trusted for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// A size is 0 or too large, or a condition between sizes fails.
    Size,
    /// An int value is out of range.
    Index,
    /// A factorisation met a singular or indefinite matrix.
    Numeric,
    /// What the program requires does not hold.
    Require,
    /// A member has another number of elements than the sizes say.
    Length { member: &'static str, length: usize, expected: usize },
    /// The entry needs what another one leaves, for the same sizes and ints.
    Order { first: &'static str },
    /// Another status of the C.
    Status(i32),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Size => write!(f, "a size is 0 or too large, or does not fit another"),
            Error::Index => write!(f, "an int value is out of range"),
            Error::Numeric => write!(f, "a matrix is singular or not positive definite"),
            Error::Require => write!(f, "what the program requires does not hold"),
            Error::Length { member, length, expected } => {
                write!(f, "{} has {} elements, not {}", member, length, expected)
            }
            Error::Order { first } => write!(f, "{} comes first, with the same sizes and ints", first),
            Error::Status(status) => write!(f, "status {}", status),
        }
    }
}

impl std::error::Error for Error {}

fn result_of(status: c_int) -> Result<(), Error> {
    match status {
        0 => Ok(()),
        2 => Err(Error::Size),
        3 => Err(Error::Index),
        4 => Err(Error::Numeric),
        5 => Err(Error::Require),
        other => Err(Error::Status(other as i32)),
    }
}

#[derive(Clone, Copy)]
#[repr(C, align(64))]
struct Line([u8; 64]);

/// The memory that entries work in. Each model has one of its own; one that is lent to many models in turn
/// grows as large as the largest needs.
#[derive(Clone, Default)]
pub struct Workspace {
    lines: Vec<Line>,
    holds: usize,
}

impl Workspace {
    pub fn new() -> Self {
        Self::default()
    }

    fn take(&mut self, bytes: usize) -> Result<*mut c_void, Error> {
        let count = bytes / 64 + 1;
        if self.lines.len() < count {
            self.lines.try_reserve_exact(count - self.lines.len()).map_err(|_| Error::Size)?;
            self.lines.resize(count, Line([0; 64]));
        }
        Ok(self.lines.as_mut_ptr() as *mut c_void)
    }
}

/// What forward or prepare have left is known by a number.
static NEXT: AtomicUsize = AtomicUsize::new(1);

fn number() -> usize {
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// A size, which stays at the ends of its range rather than wrap around.
#[derive(Clone, Copy, PartialEq, PartialOrd)]
struct Extent(i128);

impl From<i128> for Extent {
    fn from(value: i128) -> Self {
        Extent(value)
    }
}

macro_rules! extent_operator {
    ($trait:ident, $method:ident, $compute:expr) => {
        impl $trait<Extent> for Extent {
            type Output = Extent;
            fn $method(self, other: Extent) -> Extent {
                let compute: fn(i128, i128) -> i128 = $compute;
                Extent(compute(self.0, other.0))
            }
        }
        impl $trait<i128> for Extent {
            type Output = Extent;
            fn $method(self, other: i128) -> Extent {
                $trait::$method(self, Extent(other))
            }
        }
        impl $trait<Extent> for i128 {
            type Output = Extent;
            fn $method(self, other: Extent) -> Extent {
                $trait::$method(Extent(self), other)
            }
        }
    };
}

extent_operator!(Add, add, i128::saturating_add);
extent_operator!(Sub, sub, i128::saturating_sub);
extent_operator!(Mul, mul, i128::saturating_mul);
extent_operator!(Div, div, |a, b| if b == 0 { 0 } else { a.div_euclid(b) });

fn extent(value: impl Into<Extent>) -> Extent {
    value.into()
}

fn max(a: impl Into<Extent>, b: impl Into<Extent>) -> Extent {
    Extent(a.into().0.max(b.into().0))
}

fn min(a: impl Into<Extent>, b: impl Into<Extent>) -> Extent {
    Extent(a.into().0.min(b.into().0))
}

fn root(a: impl Into<Extent>) -> Extent {
    let a = a.into().0.clamp(0, 1 << 100);
    let mut r = (a as f64).sqrt() as i128;
    while r * r > a {
        r -= 1;
    }
    while (r + 1) * (r + 1) <= a {
        r += 1;
    }
    Extent(r)
}

fn count(extents: &[Extent]) -> Result<usize, Error> {
    let all = extents.iter().fold(Extent(1), |product, &extent| product * extent);
    if extents.iter().any(|extent| extent.0 < 0) || all.0 > isize::MAX as i128 / 8 {
        return Err(Error::Size);
    }
    Ok(all.0 as usize)
}

/// The elements of what must have so many.
fn sized<T>(values: &mut Vec<T>, count: usize, member: &'static str) -> Result<*mut T, Error> {
    if values.len() != count {
        return Err(Error::Length { member, length: values.len(), expected: count });
    }
    Ok(values.as_mut_ptr())
}

/// The same for what may be left out.
fn optional<T>(values: &mut Option<Vec<T>>, count: usize, member: &'static str) -> Result<*mut T, Error> {
    match values {
        Some(values) => sized(values, count, member),
        None => Ok(std::ptr::null_mut()),
    }
}

/// Room for what an entry writes.
fn space<T: Clone + Default>(values: &mut Vec<T>, count: usize) -> Result<*mut T, Error> {
    if values.len() < count {
        values.try_reserve_exact(count - values.len()).map_err(|_| Error::Size)?;
    }
    values.resize(count, T::default());
    Ok(values.as_mut_ptr())
}

/// The same if it is wanted.
fn space_if<T: Clone + Default>(values: &mut Option<Vec<T>>, count: usize) -> Result<*mut T, Error> {
    match values {
        Some(values) => space(values, count),
        None => Ok(std::ptr::null_mut()),
    }
}
