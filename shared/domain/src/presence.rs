//! Who is here: what several devices and a choice made by hand come to, and until when it holds.

use crate::{Connection, Profile, Status, Timestamp};

/// How long a device counts after its last sign of life, in milliseconds, unless the deployment says
/// otherwise (five minutes).
pub const PRESENCE_EXPIRY_MS: i64 = 5 * 60 * 1000;
/// How often a device's sign of life is written at most, in milliseconds.
const REFRESH_MS_MAX: i64 = 60_000;
/// How far two functions' clocks may be apart, in milliseconds: the check after the grace must find it
/// over.
const GRACE_SLACK_MS: i64 = 500;
/// A status message that ends later than this is not waited for: clients know when it ends, and the
/// next check of a connected user finds it. In milliseconds (a day).
const WAIT_FOR_MESSAGE_MS: i64 = 24 * 60 * 60 * 1000;

/// How long presence lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PresenceTimes {
    /// How long a device counts after its last sign of life, in milliseconds.
    pub expiry_ms: i64,
    /// How long a user who has hung up is still shown as before, in milliseconds: a reconnect within
    /// it is seen by nobody.
    pub grace_ms: i64,
}

impl PresenceTimes {
    /// How often a sign of life is worth a write, in milliseconds.
    pub fn refresh_ms(&self) -> i64 {
        (self.expiry_ms / 5).min(REFRESH_MS_MAX)
    }
}

/// What others are shown of a user's presence.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shown {
    /// The merged status.
    pub status: Status,
    /// The line about themselves.
    pub message: Option<String>,
    /// The emoji beside it.
    pub emoji: Option<String>,
}

/// What is kept of a user's devices, and what others were last told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Presence {
    /// The open sockets, whether or not they still give signs of life.
    pub connections: Vec<Connection>,
    /// What others were last told.
    pub shown: Shown,
    /// Whether that has been decided and perhaps not been told yet.
    pub untold: bool,
    /// Counts the changes; a decision holds only for the revision it was made on.
    pub revision: u64,
    /// When the pending check is due. One that is due has fired, or is about to.
    pub check_at: Option<Timestamp>,
    /// When a device last came, went or gave a sign of life.
    pub changed_at: Timestamp,
    /// Whether the user keeps to themselves what they read, as their profile says: here beside the
    /// sockets, because who does that is not told what others read.
    pub hides_read: bool,
}

/// Until when a device counts.
fn counts_until(device: &Connection, times: PresenceTimes) -> Timestamp {
    device.seen_at.plus_ms(times.expiry_ms).min(device.expires_at)
}

impl Presence {
    /// Online if any device that counts is, away if all of those are.
    pub fn devices(&self, now: Timestamp, times: PresenceTimes) -> Status {
        let mut status = Status::Offline;
        for device in self.connections.iter().filter(|c| counts_until(c, times) > now) {
            if !device.away {
                return Status::Online;
            }
            status = Status::Away;
        }
        status
    }

    /// What others should be shown: busy and offline (that is, invisible) as chosen; away as chosen
    /// while there is a device; otherwise what the devices say.
    pub fn merged(&self, profile: &Profile, now: Timestamp, times: PresenceTimes) -> Shown {
        let profile = profile.clone().at(now);
        let status = match profile.status {
            Some(chosen @ (Status::Busy | Status::Offline)) => chosen,
            Some(Status::Away) => self.devices(now, times).min_of(Status::Away),
            Some(Status::Online) | None => self.devices(now, times),
        };
        Shown { status, message: profile.status_message, emoji: profile.status_emoji }
    }

    /// The same after a hang-up: until the grace is over nothing changes, unless by choice.
    pub fn to_show(&self, profile: &Profile, now: Timestamp, times: PresenceTimes) -> Shown {
        let mut next = self.merged(profile, now, times);
        let hung_up = self.connections.is_empty() && next.status == Status::Offline;
        let chosen = matches!(profile.status, Some(Status::Busy | Status::Offline));
        let over = self.changed_at.plus_ms(times.grace_ms - GRACE_SLACK_MS) <= now;
        if hung_up && !chosen && !over && self.shown.status != Status::Busy {
            next.status = self.shown.status;
        }
        next
    }

    /// When [`Presence::merged`] changes next if nothing else happens.
    pub fn changes_at(
        &self,
        profile: &Profile,
        now: Timestamp,
        times: PresenceTimes,
    ) -> Option<Timestamp> {
        let devices = self.devices(now, times);
        let live = self.connections.iter().filter(|c| counts_until(c, times) > now);
        let deciding = live.filter(|c| c.away == (devices == Status::Away));
        let silence = deciding.map(|c| counts_until(c, times)).max();
        let message = profile
            .status_expires_at
            .filter(|end| *end > now && end.since_ms(now) <= WAIT_FOR_MESSAGE_MS);
        [silence, message].into_iter().flatten().min()
    }

    /// Whether a check is on its way.
    pub fn check_pending(&self, now: Timestamp) -> bool {
        self.check_at.is_some_and(|at| at > now)
    }

    /// Whether what others were told may no longer be so, as far as the devices go, or nobody watches.
    pub fn wants_check(&self, now: Timestamp, times: PresenceTimes) -> bool {
        // Busy is a choice; whoever takes it back asks for a check.
        let told = self.shown.status == Status::Busy;
        self.untold
            || (!told && self.shown.status != self.devices(now, times))
            || (!self.connections.is_empty() && !self.check_pending(now))
    }

    /// The status to show when asked: what everybody was told, so that asking and listening never
    /// disagree; but a choice made by hand counts at once, and what has not been confirmed for long is
    /// not believed.
    pub fn status(&self, profile: &Profile, now: Timestamp) -> Status {
        let times = PresenceTimes { expiry_ms: PRESENCE_EXPIRY_MS, grace_ms: 0 };
        match (profile.status, self.shown.status) {
            (Some(chosen @ (Status::Busy | Status::Offline)), _) => chosen,
            (_, Status::Busy) => self.merged(profile, now, times).status,
            (_, told) if self.last_sign().plus_ms(PRESENCE_EXPIRY_MS) > now => told,
            _ => Status::Offline,
        }
    }

    /// When a device last gave a sign of life.
    pub fn last_sign(&self) -> Timestamp {
        self.connections.iter().map(|c| c.seen_at).max().unwrap_or_default().max(self.changed_at)
    }
}

impl Status {
    /// The lesser of two degrees of being there: offline, away, online.
    fn min_of(self, other: Self) -> Self {
        if self == Self::Offline { self } else { other }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ConnectionId, SessionId, UserId};

    const TIMES: PresenceTimes = PresenceTimes { expiry_ms: 1_000, grace_ms: 100 };

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_ms(1_000_000 + ms)
    }

    fn device(seen: i64, away: bool) -> Connection {
        let session = SessionId::new(at(0), [0; 10]);
        let id = ConnectionId(format!("{seen}{away}"));
        Connection { away, ..Connection::new(id, session, at(seen), at(100_000)) }
    }

    fn profile(status: Option<Status>) -> Profile {
        let id = UserId::new(at(0), [1; 10]);
        Profile { status, ..Profile::new(id, "ada".into(), "Ada".into(), at(0)) }
    }

    #[test]
    fn devices_and_choice_are_merged() {
        use Status::{Away, Busy, Offline, Online};
        let (here, gone) = (device(0, false), device(-1_000, false));
        let idle = device(0, true);
        for (name, devices, chosen, merged) in [
            ("nobody", vec![], None, Offline),
            ("one", vec![&here], None, Online),
            ("silent for too long", vec![&gone], None, Offline),
            ("idle", vec![&idle], None, Away),
            ("idle here, at work there", vec![&idle, &here], None, Online),
            ("idle here, silent there", vec![&idle, &gone], None, Away),
            ("busy is busy", vec![&idle], Some(Busy), Busy),
            ("busy without devices", vec![], Some(Busy), Busy),
            ("invisible", vec![&here], Some(Offline), Offline),
            ("away by choice", vec![&here], Some(Away), Away),
            ("away by choice, and gone", vec![&gone], Some(Away), Offline),
            ("online by choice is no device", vec![], Some(Online), Offline),
            ("online by choice", vec![&idle], Some(Online), Away),
        ] {
            let connections = devices.into_iter().cloned().collect();
            let presence = Presence { connections, ..Presence::default() };
            assert_eq!(presence.merged(&profile(chosen), at(0), TIMES).status, merged, "{name}");
        }
    }

    #[test]
    fn a_check_is_due_when_something_will_change() {
        let of = |devices: &[Connection]| Presence {
            connections: devices.to_vec(),
            ..Presence::default()
        };
        let nobody = profile(None);
        let talks = Profile { status_expires_at: Some(at(500)), ..profile(None) };
        let later =
            Profile { status_expires_at: Some(at(WAIT_FOR_MESSAGE_MS + 1)), ..profile(None) };
        for (name, presence, profile, due) in [
            ("nothing", of(&[]), &nobody, None),
            (
                "the last to be silent",
                of(&[device(-400, false), device(-100, false)]),
                &nobody,
                Some(900),
            ),
            (
                "idle ones do not decide",
                of(&[device(-400, false), device(0, true)]),
                &nobody,
                Some(600),
            ),
            ("unless all are", of(&[device(-400, true), device(0, true)]), &nobody, Some(1_000)),
            ("a message ends", of(&[]), &talks, Some(500)),
            ("before the silence", of(&[device(0, false)]), &talks, Some(500)),
            ("a message that ends far off", of(&[]), &later, None),
        ] {
            assert_eq!(presence.changes_at(profile, at(0), TIMES), due.map(at), "{name}");
        }
        let short = Connection { expires_at: at(50), ..device(0, false) };
        assert_eq!(of(&[short]).changes_at(&nobody, at(0), TIMES), Some(at(50)), "its socket ends");
    }

    #[test]
    fn a_hang_up_shows_after_the_grace() {
        let times = PresenceTimes { expiry_ms: 1_000, grace_ms: 10_000 };
        let shown = |status, chosen, after| {
            let shown = Shown { status, ..Shown::default() };
            let presence = Presence { shown, changed_at: at(0), ..Presence::default() };
            presence.to_show(&profile(chosen), at(after), times).status
        };
        assert_eq!(shown(Status::Online, None, 9_000), Status::Online);
        assert_eq!(shown(Status::Away, None, 9_000), Status::Away);
        assert_eq!(shown(Status::Online, None, 10_000), Status::Offline);
        assert_eq!(shown(Status::Online, Some(Status::Offline), 1), Status::Offline, "by choice");
        assert_eq!(shown(Status::Busy, None, 1), Status::Offline, "busy was a choice");
    }

    #[test]
    fn what_is_asked_is_what_was_told() {
        let told = |status, connections| Presence {
            shown: Shown { status, ..Shown::default() },
            connections,
            changed_at: at(0),
            ..Presence::default()
        };
        let hung_up = told(Status::Online, vec![]);
        assert_eq!(hung_up.status(&profile(None), at(5)), Status::Online, "the grace");
        let later = at(PRESENCE_EXPIRY_MS);
        assert_eq!(hung_up.status(&profile(None), later), Status::Offline, "nobody watched");
        assert_eq!(hung_up.status(&profile(Some(Status::Busy)), later), Status::Busy);
        let was_busy = told(Status::Busy, vec![device(0, true)]);
        assert_eq!(was_busy.status(&profile(None), at(5)), Status::Away);
    }
}
