//! One C function: SQL text in, its syntax tree as JSON out.
use sqlparser::dialect::{Dialect, MsSqlDialect, MySqlDialect, PostgreSqlDialect};
use sqlparser::parser::Parser;
use std::os::raw::c_int;

/// Deeper than this is no question of a person's. The stack below holds it many times over.
const MOST_NESTED: usize = 60;
const STACK: usize = 64 << 20;

fn parse(dialect: c_int, text: &[u8]) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(text).ok()?;
    let dialect: &dyn Dialect = match dialect {
        0 => &PostgreSqlDialect {},
        1 => &MySqlDialect {},
        2 => &MsSqlDialect {},
        _ => return None,
    };
    let statements = Parser::new(dialect)
        .with_recursion_limit(MOST_NESTED)
        .try_with_sql(text)
        .ok()?
        .parse_statements()
        .ok()?;
    serde_json::to_vec(&statements).ok()
}

/// The statements of `text` as JSON, given to `take`; false, without calling it, for what does not
/// parse. On a thread of its own, with a stack for the deepest tree; a parser that panics does not
/// parse. Thread-safe; keeps nothing.
///
/// # Safety
/// `text` points to `length` bytes; `take` is called at most once, before this returns.
#[no_mangle]
pub unsafe extern "C" fn monitora_parse_sql(
    dialect: c_int,
    text: *const u8,
    length: usize,
    context: *mut std::ffi::c_void,
    take: extern "C" fn(*mut std::ffi::c_void, *const u8, usize),
) -> bool {
    let text = std::slice::from_raw_parts(text, length).to_vec();
    let parsed = std::thread::Builder::new()
        .stack_size(STACK)
        .spawn(move || parse(dialect, &text))
        .ok()
        .and_then(|thread| thread.join().ok())
        .flatten();
    match parsed {
        Some(json) => {
            take(context, json.as_ptr(), json.len());
            true
        }
        None => false,
    }
}
