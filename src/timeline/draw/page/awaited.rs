//! What the source calls where a lane waits: the function or the method before an `.await`.
//!
//! A recording knows what is awaited by the name of its library: `UdpSocket` or `Child::wait`. The
//! source says `socket.recv_from(…).await` and `worker.output().await`, and a reader looks for
//! these words. They are taken from the source where one call alone stands before the `.await`, and
//! nothing else is awaited there. Of a task in a variable, as in `task.await`, and of the branches
//! of a macro the source tells no such word.
use super::reader::Reader;
use crate::timeline::{Place, Places, Wait};

/// The wait for the timer of a `timeout`, which stands beside the wait for what it limits.
const TIMEOUT: &str = "timeout";

/// Calls that return at once, and hand on the future or the handle that is awaited.
const HAND_ON: [&str; 11] = [
    "as_mut", "as_ref", "boxed", "by_ref", "clone", "expect", "fuse", "lane", "spawn", "take",
    "unwrap",
];

impl Reader<'_> {
    /// What a lane waits for at one of its places: by the name that the source has for it, where
    /// that is known, and otherwise by that of its library. None if it has no name.
    pub(super) fn awaited(&self, wait: &Wait, places: &Places) -> Option<String> {
        let on = wait.on.as_ref()?;
        Some(self.called(wait, on, places).unwrap_or(on).to_owned())
    }

    /// The call in the source whose `.await` is a wait for `on`.
    fn called(&self, wait: &Wait, on: &str, places: &Places) -> Option<&str> {
        if wait.lane.is_some() || on == TIMEOUT {
            return None;
        }
        let method = on.rsplit("::").next()?;
        let is_type = method.starts_with(char::is_uppercase);
        // A method of a library is named by what is awaited inside another file as well. Of a type
        // only the way there says more.
        let ways = if is_type { &wait.chain[..] } else { &[] };
        let place =
            [&wait.place].into_iter().chain(ways).find(|place| self.is_shown(&place.file))?;
        let call = call_before_await(self.source?.text(), place)?;
        // A call in which several things are awaited, such as `run_until_cancelled`, is none of
        // them.
        let is_something_else = |other: &Wait| {
            let is_around = call.in_timeout && other.on.as_deref() == Some(TIMEOUT);
            other.place == wait.place && other.on.as_deref() != Some(on) && !is_around
        };
        if call.name == method || places.waits().iter().any(is_something_else) {
            return None;
        }
        Some(call.name)
    }
}

/// A call before an `.await`.
struct Call<'t> {
    /// The name of its function.
    name: &'t str,
    /// It is the last argument of a `timeout`, which limits it.
    in_timeout: bool,
}

/// The call before the `.await` at a place; of a `timeout`, the call that it limits. None if
/// another thing than one call stands there.
fn call_before_await<'t>(text: &'t str, place: &Place) -> Option<Call<'t>> {
    let mut begin = 0;
    for line in text.split_inclusive('\n').take(place.line.checked_sub(1)? as usize) {
        begin += line.len();
    }
    let at = begin + place.column.checked_sub(1)? as usize;
    if !text.get(at..)?.starts_with("await") {
        return None;
    }
    let (name, arguments) = last_call(text.get(..at)?.strip_suffix('.')?)?;
    let in_timeout = name == TIMEOUT;
    let name = if in_timeout { last_call(last_of(arguments))?.0 } else { name };
    if HAND_ON.contains(&name) { None } else { Some(Call { name, in_timeout }) }
}

/// The name of the call at the end of a text, and its arguments. None if the text ends in another
/// way, or if there is a comment beside the call, which is not told from code.
fn last_call(text: &str) -> Option<(&str, &str)> {
    let before = text.trim_end().strip_suffix(')')?;
    let mut depth = 1;
    let mut in_quotes = false;
    let mut letters = before.char_indices().rev();
    let begin = loop {
        let (at, letter) = letters.next()?;
        match letter {
            '"' if !before[..at].ends_with('\\') => in_quotes = !in_quotes,
            ')' if !in_quotes => depth += 1,
            '(' if !in_quotes => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            break at;
        }
    };
    let line = before[..begin].rfind('\n').map_or(0, |end| end + 1);
    if text[line..].contains("//") {
        return None;
    }
    let is_of_a_name = |letter: char| letter.is_alphanumeric() || letter == '_';
    let name = before[..begin].rsplit(|letter| !is_of_a_name(letter)).next()?;
    if name.is_empty() { None } else { Some((name, &before[begin + 1..])) }
}

/// The last of the arguments of a call.
fn last_of(arguments: &str) -> &str {
    let arguments = arguments.trim_end();
    let arguments = arguments.strip_suffix(',').unwrap_or(arguments);
    let mut depth = 0;
    for (at, letter) in arguments.char_indices().rev() {
        match letter {
            ')' | ']' | '}' => depth += 1,
            '(' | '[' | '{' => depth -= 1,
            ',' if depth == 0 => return &arguments[at + 1..],
            _ => {}
        }
    }
    arguments
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The call before the first `.await` of a text.
    fn call(text: &str) -> Option<&str> {
        let at = text.find("await").expect("it awaits");
        let line = text[..at].matches('\n').count() as u32 + 1;
        let begin = text[..at].rfind('\n').map_or(0, |end| end + 1);
        let column = (at - begin) as u32 + 1;
        let call = call_before_await(text, &Place { file: "a.rs".into(), line, column })?;
        assert_eq!(call.in_timeout, text.starts_with("timeout("));
        Some(call.name)
    }

    #[test]
    fn the_call_before_an_await_is_named_and_a_variable_is_not() {
        assert_eq!(
            call("let (n, from) = socket.recv_from(&mut buffer).await?;"),
            Some("recv_from")
        );
        assert_eq!(call("ask(TcpStream::connect(address).await?).await"), Some("connect"));
        assert_eq!(call("socket\n    .send(b(\")\"), (1, 2))\n    .await"), Some("send"));
        assert_eq!(call("if task.await.is_err() {"), None);
        assert_eq!(call("let _ = (&mut relay).await;"), None);
        assert_eq!(call("shield(saving)?.await"), None);
        assert_eq!(call("future.clone().await"), None);
        assert_eq!(call("spawn(nap()).await"), None);
        assert_eq!(call("say!(\"a\").await"), None);
        assert_eq!(call("a() // b()\n    .await"), None);
    }

    #[test]
    fn of_a_timeout_the_call_that_it_limits_is_named() {
        assert_eq!(call("timeout(ms(3), lines.next_line()).await??"), Some("next_line"));
        assert_eq!(call("timeout(\n    ms(3),\n    read((1, 2), b),\n)\n.await"), Some("read"));
        assert_eq!(call("timeout(SECOND, task).await"), None);
    }
}
