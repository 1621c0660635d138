//! The settings of `or_stream_core::limits` with keyword arguments; None stands for "no limit".

use or_stream_core::limits as core;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

macro_rules! limits {
    ($($(#[$doc:meta])* $name:ident = $default:literal),+ $(,)?) => {
        /// What a peer may make us hold. `None` switches a limit off; crossing one raises `LimitExceeded`.
        #[pyclass(frozen, eq, hash, module = "or_stream")]
        #[derive(Debug, Clone, PartialEq, Eq, Hash)]
        pub(crate) struct Limits { $($(#[$doc])* #[pyo3(get)] $name: Option<usize>),+ }

        #[pymethods]
        impl Limits {
            #[new]
            #[pyo3(signature = (*, $($name = Some($default)),+))]
            #[allow(clippy::too_many_arguments)]
            fn new($($name: Option<isize>),+) -> PyResult<Self> {
                Ok(Self { $($name: checked(stringify!($name), $name)?),+ })
            }

            fn __repr__(&self) -> String {
                let shown = |limit: Option<usize>| limit.map_or("None".to_owned(), |limit| limit.to_string());
                let settings = [$(format!("{}={}", stringify!($name), shown(self.$name))),+];
                format!("Limits({})", settings.join(", "))
            }
        }

        impl Limits {
            /// The core's settings; the defaults where the caller gave none.
            pub(crate) fn core(limits: Option<&Self>) -> core::Limits {
                match limits {
                    None => core::Limits::default(),
                    Some(limits) => core::Limits { $($name: limits.$name.unwrap_or(usize::MAX)),+ },
                }
            }
        }

        #[cfg(test)]
        mod tests {
            #[test]
            fn the_defaults_are_the_cores() {
                assert_eq!([$(core::Limits::default().$name),+], [$($default),+]);
            }

            use super::core;
        }
    };
}

/// A limit as the core has it.
fn checked(name: &str, limit: Option<isize>) -> PyResult<Option<usize>> {
    let wrong = |limit| PyValueError::new_err(format!("{name} must be 0 or more, or None for no limit, not {limit}"));
    limit.map(|limit| usize::try_from(limit).map_err(|_| wrong(limit))).transpose()
}

limits! {
    /// Bytes of one line.
    max_line_bytes = 67_108_864,
    /// Bytes of one event's data, over all its lines.
    max_event_bytes = 67_108_864,
    /// Bytes accumulated for one response.
    max_response_bytes = 268_435_456,
    /// Output items of one response.
    max_items = 4_096,
    /// Parts of one item.
    max_parts_per_item = 4_096,
    /// Annotations of one part.
    max_annotations_per_part = 65_536,
    /// Nesting of one event's JSON.
    max_json_depth = 128,
    /// Digits of one JSON number.
    max_number_digits = 4_300,
    /// Bytes of an SSE `id`.
    max_id_bytes = 65_536,
    /// Bytes of an SSE `event` name.
    max_event_name_bytes = 65_536,
}
