//! By which word a lane's wait is named: the one that stands in the source.
use super::lit::{before_await, line_in};
use async_concepts::timeline::{Place, Places, Wait};

/// Calls that return at once, and hand on what is awaited.
const HAND_ON: [&str; 6] = ["clone", "expect", "lane", "spawn", "take", "unwrap"];

/// Whether a text names what is waited for at one of these places: by the word of the source, if a
/// call without other calls in it stands there before the `.await`; and otherwise by the name that
/// was recorded, or by a call that stands in the source somewhere there.
pub fn is_named(text: &str, wait: &Wait, places: &Places, file: &str) -> bool {
    let Some(on) = &wait.on else { return true };
    let method = on.rsplit("::").next().unwrap_or_default();
    let is_type = method.starts_with(char::is_uppercase);
    let is_else = |other: &Wait| other.place == wait.place && other.on.as_ref() != Some(on);
    let is_timeout = |wait: &Wait| wait.on.as_deref() == Some("timeout");
    let Some(place) = shown(wait, file).filter(|place| is_type || **place == wait.place) else {
        return text.contains(on);
    };
    if let Some(call) = plain_call(place)
        && !places.waits().iter().any(is_else)
        && !is_timeout(wait)
        && !HAND_ON.contains(&call.as_str())
        && call != method
    {
        return has_word(text, &call);
    }
    let code = before_await(place).unwrap_or_default();
    let is_call = |word: &str| !word.is_empty() && code.contains(&format!("{word}("));
    text.contains(on) || text.split(|letter| !is_of_a_name(letter)).any(is_call)
}

/// The place of a wait, or the first around it, that is in a file.
fn shown<'w>(wait: &'w Wait, file: &str) -> Option<&'w Place> {
    line_in(wait, file)?;
    [&wait.place].into_iter().chain(&wait.chain).find(|place| place.file == file)
}

/// The call before the `.await` at a place, if the line has the whole call, and no other one is in
/// its arguments.
fn plain_call(place: &Place) -> Option<String> {
    let code = before_await(place)?;
    let (code, arguments) = code.strip_suffix(").")?.rsplit_once('(')?;
    let name = code.rsplit(|letter| !is_of_a_name(letter)).next()?;
    let is_plain = !arguments.contains([')', '\n']) && !name.is_empty();
    if is_plain { Some(name.to_owned()) } else { None }
}

fn has_word(text: &str, word: &str) -> bool {
    text.split(|letter| !is_of_a_name(letter)).any(|other| other == word)
}

fn is_of_a_name(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}
