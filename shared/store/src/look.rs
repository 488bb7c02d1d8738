//! Many things in one strongly consistent round trip.

use crate::item::Fields;
use crate::keys::{self, Key};
use crate::{
    Table, accounts, bans, blocks, files, invites, members, messages, pushes, rates, reports,
    rooms, sent, sessions, silences,
};
use chat::ports::{Ask, Look, Seen};
use domain::{Result, Timestamp};
use std::collections::HashMap;

/// What an item was asked for as.
#[derive(Clone, Copy)]
enum As {
    Session,
    Room,
    Member,
    Profile,
    Message,
    Rate,
    Sent,
    Ban,
    Silence,
    Invite,
    Invited,
    Username,
    Block,
    Report,
    File,
    Push,
    PushList,
}

fn wanted(ask: &Ask) -> HashMap<Key, As> {
    let mut wanted = HashMap::new();
    wanted.extend(ask.session.map(|(user, session)| (keys::session(user, session), As::Session)));
    wanted.extend(ask.rooms.iter().map(|room| (keys::room(*room), As::Room)));
    wanted.extend(ask.members.iter().map(|(room, user)| (keys::member(*room, *user), As::Member)));
    wanted.extend(ask.profiles.iter().map(|user| (keys::profile(*user), As::Profile)));
    wanted.extend(ask.messages.iter().map(|id| (keys::message(*id), As::Message)));
    wanted.extend(ask.rate.iter().map(|of| (rates::key(of), As::Rate)));
    wanted.extend(ask.usernames.iter().map(|name| (keys::username(name), As::Username)));
    wanted
        .extend(ask.sent.iter().map(|(user, room, key)| (keys::sent(*user, *room, key), As::Sent)));
    wanted.extend(ask.bans.iter().map(|(room, user)| (keys::ban(*room, *user), As::Ban)));
    let silences = ask.silences.iter();
    wanted.extend(silences.map(|(room, user)| (keys::silence(*room, *user), As::Silence)));
    wanted.extend(ask.invites.iter().map(|code| (keys::invite(code), As::Invite)));
    let invited = ask.invited.iter();
    wanted.extend(invited.map(|(user, room, key)| (keys::invited(*user, *room, key), As::Invited)));
    wanted.extend(ask.blocks.iter().map(|(by, of)| (keys::block(*by, *of), As::Block)));
    wanted.extend(ask.reports.iter().map(|id| (keys::report(*id), As::Report)));
    wanted.extend(ask.pushes.iter().map(|id| (keys::push(*id), As::Push)));
    wanted.extend(ask.push_list.map(|user| (keys::pushes(user), As::PushList)));
    wanted.extend(ask.files.iter().map(|id| (keys::file(*id), As::File)));
    wanted
}

impl Look for Table {
    async fn look(&self, ask: Ask, now: Timestamp) -> Result<Seen> {
        let wanted = wanted(&ask);
        let mut seen = Seen::default();
        for item in self.batch_get(wanted.keys().cloned()).await? {
            match wanted.get(&Fields(&item).key()?) {
                Some(As::Session) => seen.session = sessions::from_item(&item, now)?,
                Some(As::Room) => {
                    seen.rooms.extend(rooms::from_item(&item)?.map(|room| (room.id, room)));
                }
                Some(As::Member) => {
                    let mut member = members::from_item(&item)?;
                    // One that has ended is gone, as every other row that has.
                    member.silenced_until = member.silenced(now);
                    seen.members.insert((member.room, member.user), member);
                }
                Some(As::Profile) => {
                    let profile = accounts::from_item(&item)?.at(now);
                    seen.profiles.insert(profile.id, profile);
                }
                Some(As::Message) => {
                    let message = messages::from_item(&item)?;
                    seen.messages.insert(message.id, message);
                }
                Some(As::Rate) => seen.rate = rates::from_item(&item, now)?,
                Some(As::Sent) => seen.sent = sent::from_item(&item, now)?,
                Some(As::Ban) => {
                    let ban = bans::from_item(&item)?;
                    seen.bans.insert((ban.room, ban.user), ban);
                }
                Some(As::Silence) => {
                    let silence = silences::from_item(&item, now)?;
                    seen.silences.extend(silence.map(|s| ((s.room, s.user), s)));
                }
                Some(As::Invite) => {
                    let invite = invites::from_item(&item)?;
                    seen.invites.insert(invite.code.clone(), invite);
                }
                Some(As::Invited) => seen.invited = invites::invited(&item, now)?,
                Some(As::Username) => {
                    let name = Fields(&item).in_key("PK", keys::username_in)?;
                    seen.user_ids.insert(name.to_owned(), Fields(&item).parsed("user")?);
                }
                Some(As::Block) => {
                    seen.blocks.insert(blocks::pair_in(&item)?);
                }
                Some(As::Report) => {
                    let report = reports::from_item(&item, now)?;
                    seen.reports.extend(report.map(|report| (report.id, report)));
                }
                Some(As::File) => {
                    seen.files.extend(files::from_item(&item, now)?.map(|file| (file.id, file)));
                }
                Some(As::Push) => {
                    let push = pushes::from_item(&item, now)?;
                    seen.pushes.extend(push.map(|push| (push.id, push)));
                }
                Some(As::PushList) => seen.push_list = pushes::list_in(&item)?,
                None => {}
            }
        }
        Ok(seen)
    }
}
