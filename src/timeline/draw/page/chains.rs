//! Which lane waits for which, as chains: how the strip shows it.
//!
//! The first link of a chain is a lane. Each further link is the lanes for which the lane in the
//! link before waits. A page draws a chain as one line, so a chain goes on only from a link of one
//! lane. It begins with a lane for which no other lane waits. Lanes that no such chain passes are
//! in a cycle, or behind a link of several lanes: further chains begin with some of these.
//!
//! ```text
//!   main → A B        main waits for A and for B
//!   C → D → E         C waits for D, and D for E
//!   F → G → F         a cycle: F waits for G, and G for F
//! ```
//!
//! A chain that is the end of another one is left out: all of it is said there.
//!
//! A page frames a chain that comes back to a lane that it has passed. So each lane that waits in a
//! cycle is in such a chain, also where the cycle leads through a link of several lanes.
use crate::timeline::LaneId;

/// A list of links; a link is one lane or several.
type Chain = Vec<Vec<LaneId>>;

/// The chains of a step. `waits_for` has for each lane the lanes for which it waits.
pub(super) fn chains(waits_for: &[Vec<LaneId>]) -> Vec<Chain> {
    // A lane for which another one waits is a link further on. It begins a chain only if no chain
    // of a first lane reaches it.
    let mut is_first = vec![true; waits_for.len()];
    for others in waits_for {
        for other in others {
            is_first[*other] = false;
        }
    }
    let mut chains = vec![];
    let mut reached = vec![false; waits_for.len()];
    let mut in_a_cycle = vec![false; waits_for.len()];
    // The lanes that a chain passes after its first one. It goes on there as their own chains do.
    let mut is_passed = vec![false; waits_for.len()];
    // A lane that no chain from a first lane has reached is behind a link of several lanes, or in a
    // cycle.
    for begins_with_first in [true, false] {
        for lane in 0..waits_for.len() {
            let begins = if begins_with_first { is_first[lane] } else { !reached[lane] };
            if begins && !waits_for[lane].is_empty() {
                let chain = chain(lane, waits_for, &mut reached);
                mark_cycle(&chain, &mut in_a_cycle);
                for link in &chain[1..] {
                    if let [passed] = link[..]
                        && passed != lane
                    {
                        is_passed[passed] = true;
                    }
                }
                chains.push(chain);
            }
        }
    }
    chains.retain(|chain: &Chain| !is_passed[chain[0][0]]);
    // A chain ends at a link of several lanes, and a cycle may lead through one of these.
    for lane in 0..waits_for.len() {
        if !in_a_cycle[lane]
            && let Some(cycle) = shortest_cycle(lane, waits_for)
        {
            mark_cycle(&cycle, &mut in_a_cycle);
            chains.push(cycle);
        }
    }
    chains
}

/// The chain that begins with a lane. Notes in `reached` the lanes that the chain passes.
fn chain(from: LaneId, waits_for: &[Vec<LaneId>], reached: &mut [bool]) -> Chain {
    let mut chain = vec![vec![from]];
    let mut lane = from;
    let mut passed = vec![];
    loop {
        reached[lane] = true;
        passed.push(lane);
        let others = &waits_for[lane];
        if others.is_empty() {
            return chain;
        }
        chain.push(others.clone());
        match others[..] {
            // A chain that comes back to itself ends where it meets itself.
            [next] if !passed.contains(&next) => lane = next,
            _ => return chain,
        }
    }
}

/// Notes the lanes that are in the cycle of a chain, if it has one. The cycle begins where the
/// chain has the lane of its last link for the first time.
fn mark_cycle(chain: &[Vec<LaneId>], in_a_cycle: &mut [bool]) {
    let Some((last, before)) = chain.split_last() else { return };
    // Only the last link can have several lanes, and with them a chain ends without a cycle.
    let Some(begin) = before.iter().position(|link| link == last) else { return };
    for link in &before[begin..] {
        in_a_cycle[link[0]] = true;
    }
}

/// The shortest way from a lane back to itself; none if it waits in no cycle.
fn shortest_cycle(from: LaneId, waits_for: &[Vec<LaneId>]) -> Option<Chain> {
    // For each lane that is reached the one before it on the way there.
    let mut before: Vec<Option<LaneId>> = vec![None; waits_for.len()];
    let mut next = vec![from];
    while before[from].is_none() && !next.is_empty() {
        let mut further = vec![];
        for lane in next {
            for other in &waits_for[lane] {
                if before[*other].is_none() {
                    before[*other] = Some(lane);
                    further.push(*other);
                }
            }
        }
        next = further;
    }
    let mut cycle = vec![vec![from]];
    let mut lane = before[from]?;
    while lane != from {
        cycle.insert(0, vec![lane]);
        lane = before[lane]?;
    }
    cycle.insert(0, vec![from]);
    Some(cycle)
}

#[cfg(test)]
mod tests {
    use super::{Chain, chains};
    use crate::timeline::LaneId;

    /// The chains in text; what a page frames is in brackets.
    fn drawn(waits_for: &[&[LaneId]]) -> Vec<String> {
        let waits_for: Vec<Vec<LaneId>> = waits_for.iter().map(|others| others.to_vec()).collect();
        let draw = |chain: &Chain| {
            let link = |link: &Vec<LaneId>| {
                link.iter().map(usize::to_string).collect::<Vec<_>>().join(" ")
            };
            let text = chain.iter().map(link).collect::<Vec<_>>().join(" → ");
            if comes_back(chain) { format!("[{text}]") } else { text }
        };
        chains(&waits_for).iter().map(draw).collect()
    }

    /// Whether a page frames a chain.
    fn comes_back(chain: &Chain) -> bool {
        let (last, before) = chain.split_last().expect("a link");
        last.len() == 1 && before.contains(last)
    }

    #[test]
    fn a_chain_that_comes_back_is_a_cycle() {
        assert_eq!(drawn(&[&[1, 2], &[], &[]]), ["0 → 1 2"]);
        assert_eq!(drawn(&[&[1], &[2], &[]]), ["0 → 1 → 2"]);
        assert_eq!(drawn(&[&[1], &[0]]), ["[0 → 1 → 0]"]);
        assert_eq!(drawn(&[&[1, 2], &[2], &[1]]), ["0 → 1 2", "[1 → 2 → 1]"]);
        assert_eq!(drawn(&[&[1], &[2], &[1]]), ["[0 → 1 → 2 → 1]"]);
    }

    #[test]
    fn the_end_of_a_chain_is_no_chain_of_its_own() {
        assert_eq!(drawn(&[&[1, 2, 3], &[], &[1], &[2]]), ["0 → 1 2 3", "3 → 2 → 1"]);
    }

    #[test]
    fn a_cycle_through_a_link_of_several_lanes_has_a_chain_of_its_own() {
        // 0 waits for two tasks, and one of them for what 0 holds.
        assert_eq!(drawn(&[&[1, 2], &[0], &[]]), ["1 → 0 → 1 2", "[0 → 1 → 0]"]);
    }

    /// All ways in which four lanes can wait for each other.
    #[test]
    fn there_is_a_frame_exactly_where_lanes_wait_in_a_cycle() {
        const LANES: usize = 4;
        for bits in 0..1_u32 << (LANES * LANES) {
            let waits = |from: LaneId, to: LaneId| bits >> (from * LANES + to) & 1 == 1;
            let others = |from| (0..LANES).filter(|to| waits(from, *to)).collect();
            let waits_for: Vec<Vec<LaneId>> = (0..LANES).map(others).collect();
            // Whether there is a way, by Warshall's rule.
            let mut way = [[false; LANES]; LANES];
            for (from, others) in waits_for.iter().enumerate() {
                for to in others {
                    way[from][*to] = true;
                }
            }
            for over in 0..LANES {
                for from in 0..LANES {
                    for to in 0..LANES {
                        way[from][to] |= way[from][over] && way[over][to];
                    }
                }
            }
            let chains = chains(&waits_for);
            let mut framed = [false; LANES];
            for chain in chains.iter().filter(|chain| comes_back(chain)) {
                for link in chain.windows(2) {
                    assert!(waits(link[0][0], link[1][0]), "{chain:?} of {waits_for:?}");
                }
                for link in chain {
                    framed[link[0]] = true;
                }
            }
            for lane in 0..LANES {
                assert!(framed[lane] || !way[lane][lane], "{lane} of {waits_for:?}: {chains:?}");
            }
            let mut others = chains.iter();
            let is_an_end = |chain: &Chain| {
                chains.iter().any(|longer| longer.len() > chain.len() && longer.ends_with(chain))
            };
            assert!(!others.any(is_an_end), "{waits_for:?}: {chains:?}");
            let is_a_cycle = (0..LANES).any(|lane| way[lane][lane]);
            assert_eq!(framed.contains(&true), is_a_cycle, "{waits_for:?}: {chains:?}");
        }
    }
}
