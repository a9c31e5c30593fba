//! How a story comes from its seed: arcs, each of which makes sense, are dealt out and run into one another.

use fastrand::Rng;

use crate::step::{Moment, Person, Place, Scope, Service, Step, What, Which};

use Person::{Auditor, Dev, Lead, Operator};
use Step::{
    AcceptPolicy, Apply, Approve, Branch, BreakGlass, ChangePolicy, Decide, Deliver, Freeze, Kill, Mend, Plant, Promote, PushAgain,
    Race, Refuse, Reject, Relent, Review, ReviewPolicy, Rollback, Tag, Tamper, Thaw, Withdraw,
};
use What::{Master, MasterToProd, NewestTag, OldTag, TagToPreprod};

/// How many services there are.
pub(crate) const SERVICES: usize = 2;

/// So many stories in a row have all arcs between them.
pub(crate) const STORIES: u64 = 3;

type Arc = fn(&mut Rng) -> Vec<Step>;

const ARCS: [Arc; 22] = [
    approved_by_the_author,
    approved_by_the_tagger,
    rejected_and_approved,
    unproven,
    of_a_branch,
    pushed_again,
    an_old_image,
    an_old_tag,
    misfits,
    branches,
    secrets,
    frozen,
    break_glass,
    glass_that_does_not_break,
    glass_of_one,
    back_and_held,
    back_in_preprod,
    killed,
    racing,
    policy,
    by_hand,
    left_and_withdrawn,
];

/// The steps of a story.
pub(crate) fn story(seed: u64) -> Vec<Step> {
    let mut random = Rng::with_seed(seed);
    let mut arcs: Vec<Vec<Step>> = dealt(seed).into_iter().map(|arc| arc(&mut random)).collect();
    arcs.push(release(&mut random));
    arcs.push(outage(&mut random));
    let mut steps = merge(&mut random, arcs);
    // What stops everything would otherwise be most of the story.
    bring_near(&mut steps);
    steps
}

/// How many steps a stop lasts.
const STOPPED: usize = 6;

/// Whether a step ends what another one began.
fn ends(end: Step, begin: Step) -> bool {
    match (begin, end) {
        (Refuse, Relent) => true,
        (Freeze(_, frozen), Thaw(_, thawed)) => thawed == frozen || thawed == Scope::All,
        _ => false,
    }
}

/// Brings the end of each stop nearer to its beginning.
fn bring_near(steps: &mut Vec<Step>) {
    for begin in 0..steps.len() {
        let end = (begin..steps.len()).find(|index| ends(steps[*index], steps[begin]));
        if let Some(end) = end.filter(|end| *end > begin + STOPPED) {
            let step = steps.remove(end);
            steps.insert(begin + STOPPED, step);
        }
    }
}

/// The arcs of a story: those of consecutive stories are dealt from one shuffled pack.
fn dealt(seed: u64) -> Vec<Arc> {
    let mut pack = ARCS.to_vec();
    Rng::with_seed(seed / STORIES).shuffle(&mut pack);
    let own = |(number, _): &(usize, &Arc)| *number as u64 % STORIES == seed % STORIES;
    pack.iter().enumerate().filter(own).map(|(_, arc)| *arc).collect()
}

/// Runs arcs into one another. Each keeps its order.
fn merge(random: &mut Rng, arcs: Vec<Vec<Step>>) -> Vec<Step> {
    let mut rest: Vec<std::vec::IntoIter<Step>> = arcs.into_iter().map(Vec::into_iter).collect();
    let mut steps = Vec::new();
    while !rest.is_empty() {
        let which = random.usize(..rest.len());
        // A few steps of one arc at a time, so that most come to something.
        for _ in 0..random.usize(1..7) {
            steps.extend(rest[which].next());
        }
        rest.retain(|arc| arc.len() > 0);
    }
    steps
}

fn service(random: &mut Rng) -> Service {
    random.usize(..SERVICES)
}

fn scope(random: &mut Rng) -> Scope {
    [Scope::All, Scope::Prod, Scope::Preprod, Scope::Service(0)][random.usize(..4)]
}

/// New versions of all services, so that nothing that another arc delivered is in the way.
fn all_new() -> Vec<Step> {
    (0..SERVICES).map(|service| Deliver(service, Which::New)).collect()
}

/// A new version on its way to prod, by a tag of this person, until it waits there.
fn on_its_way(tagger: Person) -> Vec<Step> {
    [all_new(), vec![Promote(Master), Tag(Some(tagger)), Promote(NewestTag)]].concat()
}

fn release(_: &mut Rng) -> Vec<Step> {
    [on_its_way(Dev), vec![Approve(Lead, Place::Prod), Promote(NewestTag)]].concat()
}

fn approved_by_the_author(_: &mut Rng) -> Vec<Step> {
    [on_its_way(Dev), vec![Approve(Dev, Place::Prod), Promote(NewestTag)]].concat()
}

fn approved_by_the_tagger(_: &mut Rng) -> Vec<Step> {
    let rest = [Approve(Operator, Place::Prod), Promote(NewestTag), Approve(Lead, Place::Prod), Promote(NewestTag)];
    [on_its_way(Operator), rest.to_vec()].concat()
}

fn rejected_and_approved(_: &mut Rng) -> Vec<Step> {
    let rest = [Reject(Lead, Place::Prod), Promote(NewestTag), Approve(Lead, Place::Prod), Promote(NewestTag)];
    [on_its_way(Dev), rest.to_vec()].concat()
}

fn unproven(random: &mut Rng) -> Vec<Step> {
    let service = service(random);
    vec![Deliver(service, Which::Unrecorded), Promote(Master), Tag(Some(Dev)), Promote(NewestTag), Deliver(service, Which::New)]
}

fn of_a_branch(random: &mut Rng) -> Vec<Step> {
    let service = service(random);
    vec![Deliver(service, Which::OfBranch), Promote(Master), Deliver(service, Which::New)]
}

fn pushed_again(random: &mut Rng) -> Vec<Step> {
    let service = service(random);
    vec![Tag(Some(Dev)), PushAgain(service), Promote(Master), Promote(NewestTag), Deliver(service, Which::New), Promote(Master)]
}

fn an_old_image(random: &mut Rng) -> Vec<Step> {
    vec![Deliver(service(random), Which::Old(random.usize(1..4))), Promote(Master)]
}

fn an_old_tag(random: &mut Rng) -> Vec<Step> {
    vec![Promote(OldTag(random.usize(..3))), Approve(Lead, Place::Prod), Promote(OldTag(random.usize(..3)))]
}

fn misfits(_: &mut Rng) -> Vec<Step> {
    vec![Promote(MasterToProd), Promote(TagToPreprod), Tag(None), Promote(NewestTag)]
}

fn branches(random: &mut Rng) -> Vec<Step> {
    let service = service(random);
    vec![Branch(service, true), Promote(What::Branch), Branch(service, false), Promote(What::Branch)]
}

fn secrets(random: &mut Rng) -> Vec<Step> {
    let service = service(random);
    let rest = [Approve(Lead, Place::Prod), Promote(NewestTag), Plant(service), Promote(Master)];
    [vec![Plant(service), Promote(Master), Tag(Some(Dev)), Promote(NewestTag)], rest.to_vec()].concat()
}

fn frozen(random: &mut Rng) -> Vec<Step> {
    let scope = scope(random);
    let movement = [Deliver(service(random), Which::New), Promote(Master), Promote(NewestTag)];
    [vec![Freeze(Lead, scope)], movement.to_vec(), vec![Thaw(Operator, scope), Promote(Master)]].concat()
}

fn break_glass(_: &mut Rng) -> Vec<Step> {
    let gates = ["freeze", "four-eyes"];
    let broken = gates.map(|gate| BreakGlass(gate, [Lead, Operator]));
    let rest = [Promote(NewestTag), Review(Operator), Review(Auditor), Thaw(Lead, Scope::Prod)];
    [vec![Freeze(Operator, Scope::Prod)], on_its_way(Dev), broken.to_vec(), rest.to_vec()].concat()
}

fn glass_that_does_not_break(random: &mut Rng) -> Vec<Step> {
    let service = service(random);
    vec![
        Deliver(service, Which::Unrecorded),
        Tag(Some(Dev)),
        Promote(NewestTag),
        BreakGlass("same-image", [Lead, Operator]),
        Promote(NewestTag),
        Deliver(service, Which::New),
    ]
}

/// By too few people, or by others than those who may.
fn glass_of_one(_: &mut Rng) -> Vec<Step> {
    let broken = [[Lead, Lead], [Dev, Auditor]].map(|people| [BreakGlass("four-eyes", people), Promote(NewestTag)]);
    [on_its_way(Dev), broken.concat()].concat()
}

fn back_and_held(random: &mut Rng) -> Vec<Step> {
    let back = [Rollback(Place::Prod), Approve(Operator, Place::Prod), Rollback(Place::Prod), Promote(NewestTag)];
    [release(random), back.to_vec(), vec![Thaw(Lead, Scope::All), Promote(OldTag(random.usize(..3)))]].concat()
}

fn back_in_preprod(random: &mut Rng) -> Vec<Step> {
    let back = [Promote(Master), Tag(Some(Dev)), Rollback(Place::Preprod), Promote(Master), Promote(NewestTag)];
    [vec![Deliver(service(random), Which::New)], back.to_vec(), vec![Thaw(Lead, Scope::All), Promote(Master)]].concat()
}

fn killed(random: &mut Rng) -> Vec<Step> {
    let mut steps = all_new();
    for moment in [Moment::AtTheTarget, Moment::After(random.u64(50..900)), Moment::After(random.u64(50..900))] {
        steps.extend([Deliver(service(random), Which::New), Kill(Master, moment), Promote(Master)]);
    }
    let tagged = [Tag(Some(Dev)), Promote(NewestTag), Approve(Lead, Place::Prod)];
    [steps, tagged.to_vec(), vec![Kill(NewestTag, Moment::After(random.u64(50..900))), Apply]].concat()
}

fn racing(random: &mut Rng) -> Vec<Step> {
    let tagged = [Tag(Some(Dev)), Race(NewestTag, Master)];
    [vec![Deliver(service(random), Which::New), Race(Master, Master)], tagged.to_vec()].concat()
}

fn policy(_: &mut Rng) -> Vec<Step> {
    let refused = [ChangePolicy, AcceptPolicy(Dev), ReviewPolicy(Dev), AcceptPolicy(Lead)];
    [refused.to_vec(), vec![ReviewPolicy(Lead), AcceptPolicy(Dev), ChangePolicy, AcceptPolicy(Dev)]].concat()
}

fn by_hand(random: &mut Rng) -> Vec<Step> {
    let place = [Place::Preprod, Place::Prod][random.usize(..2)];
    let movement = [Deliver(service(random), Which::New), Promote(Master), Promote(NewestTag)];
    [vec![Tamper(place)], movement.to_vec(), vec![Mend, Promote(Master)]].concat()
}

fn left_and_withdrawn(random: &mut Rng) -> Vec<Step> {
    let left = [Deliver(service(random), Which::New), Decide(Master)];
    [left.to_vec(), vec![Withdraw], left.to_vec(), vec![Apply]].concat()
}

/// In every story.
fn outage(random: &mut Rng) -> Vec<Step> {
    let refused = [Refuse, Deliver(service(random), Which::New), Promote(Master), Freeze(Lead, Scope::Prod), Promote(NewestTag)];
    [refused.to_vec(), vec![Relent, Promote(Master), Thaw(Lead, Scope::Prod)]].concat()
}
