//! Contacts on other people's servers: `USER#<owner> / CONTACT#<id>` is the contact, `USERNAME#<owner's
//! name> / CONTACT#<hash>` leads to it from an identification, `USERNAME#<owner's name> / PEER#<hash>` from
//! an address at which it has been reached. The user that stands for it is an account whose password
//! nobody can have, and which the directory does not list.

use crate::find::Find;
use crate::item::{Fields, Item, Row, json, n, s, t};
use crate::write::{Outcome, Write, Written};
use crate::{Table, accounts, keys, sessions};
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue};
use chat::ports::{Commit, KeepContacts, Met};
use domain::{
    Channel, Contact, ContactKey, Hold, IDENTIFICATIONS_MAX, Identification, PeerAddress,
    PeerState, Profile, Result, SentUpTo, Session, UserId,
};

/// Contacts of one user that are listed.
const CONTACTS_MAX: usize = 1_000;
/// In the place of a password's hash: no password has it.
const NO_PASSWORD: &str = "!";

fn to_item(contact: &Contact) -> Result<Item> {
    let row = Row::at(keys::contact(contact.key))
        .text("username", &contact.username)
        .text("remote", contact.remote)
        .text("session", contact.session)
        .text("room", contact.room)
        .text("ours", contact.ours.secret())
        .text("own_address", &contact.own_address)
        .text("channel", contact.channel.as_str())
        .flag("content_as_text", contact.content_as_text)
        .time("created_at", contact.created_at)
        .flag("asked", contact.asked)
        .text_opt("proven", contact.proven.as_ref().map(PeerAddress::as_str))
        .text_opt("told_name", contact.told_name.as_ref())
        .text("state", contact.state.as_str())
        .time_opt("heard_at", contact.heard_at)
        .number("sent_seq", contact.sent.seq)
        .number("sent_part", contact.sent.part)
        .number("failures", contact.hold.failures)
        .time("hold_until", contact.hold.until)
        .time_opt("hold_since", contact.hold.since)
        .number("wanted", contact.wanted)
        .number("refused", contact.refused);
    // Written even when empty: conditions compare them.
    let row = row.value("theirs", json(&contact.theirs)?);
    Ok(row.value("addresses", json(&contact.addresses)?).build())
}

pub(crate) fn from_item(item: &Item) -> Result<Contact> {
    let f = Fields(item);
    let owner = f.in_key("PK", keys::user_in)?;
    Ok(Contact {
        key: ContactKey { owner, id: f.in_key("SK", keys::contact_in)? },
        username: f.string("username")?,
        remote: f.parsed("remote")?,
        session: f.parsed("session")?,
        room: f.parsed("room")?,
        ours: f.read("ours", |text| Identification::parse(text).ok())?,
        theirs: f.json("theirs")?,
        addresses: f.json("addresses")?,
        own_address: f.string("own_address")?,
        channel: f.read("channel", |text| Channel::parse(text).ok())?,
        content_as_text: f.flag("content_as_text")?,
        created_at: f.time("created_at")?,
        asked: f.flag("asked")?,
        proven: f.read_opt("proven", |text| PeerAddress::parse(text).ok())?,
        told_name: f.string_opt("told_name")?,
        state: f.read("state", PeerState::parse)?,
        heard_at: f.time_opt("heard_at")?,
        sent: SentUpTo { seq: f.number("sent_seq")?, part: f.number("sent_part")? },
        hold: Hold {
            failures: f.number("failures")?,
            until: f.time("hold_until")?,
            since: f.time_opt("hold_since")?,
        },
        busy_until: f.time_opt("turn_ends_at")?.unwrap_or_default(),
        wanted: f.number("wanted")?,
        refused: f.number("refused")?,
    })
}

fn lead(key: keys::Key, to: ContactKey) -> Write {
    let row = Row::at(key).text("owner", to.owner).text("contact", to.id);
    Write::put_new(row.build())
}

fn led_to(item: &Item) -> Result<ContactKey> {
    let f = Fields(item);
    Ok(ContactKey { owner: f.parsed("owner")?, id: f.parsed("contact")? })
}

/// Who was led here already is as good as nobody, and so is whom this one takes the place of.
fn lead_again(key: keys::Key, to: ContactKey, instead_of: Option<ContactKey>) -> Write {
    let row = Row::at(key).text("owner", to.owner).text("contact", to.id);
    Write::put(row.build())
        .when("attribute_not_exists(PK) OR #contact IN (:contact, :other)")
        .value(":contact", s(to.id))
        .value(":other", s(instead_of.unwrap_or(to).id))
}

impl KeepContacts for Table {
    async fn meet(&self, username: &str, theirs: &str, address: &PeerAddress) -> Result<Met> {
        let (name, known) = (keys::username(username), keys::known_by(username, theirs));
        let claimed = keys::claimed(username, address.as_str());
        let mut met = Met::default();
        for item in self.batch_get([name.clone(), known.clone(), claimed.clone()]).await? {
            let key = Fields(&item).key()?;
            if key == name {
                met.owner = Some(Fields(&item).parsed("user")?);
            } else if key == known {
                met.known = Some(led_to(&item)?);
            } else if key == claimed {
                met.claimed = Some(led_to(&item)?);
            }
        }
        Ok(met)
    }

    async fn contact(&self, key: ContactKey) -> Result<Option<Contact>> {
        self.get(keys::contact(key)).await?.map(|item| from_item(&item)).transpose()
    }

    async fn contacts_of(&self, owner: UserId) -> Result<Vec<Contact>> {
        let find = Find::new("PK = :user AND begins_with(SK, :contacts)", CONTACTS_MAX)
            .value(":user", s(keys::user_pk(owner)))
            .value(":contacts", s(keys::CONTACTS));
        self.query(find).await?.items.iter().map(from_item).collect()
    }

    async fn open_contact(
        &self,
        contact: &Contact,
        profile: &Profile,
        session: &Session,
        claim: bool,
    ) -> Result<Commit> {
        let name = profile.username.to_lowercase();
        let credentials = Row::at(keys::username(&name))
            .text("user", profile.id)
            .text("password_hash", NO_PASSWORD)
            .build();
        let mut writes = vec![
            Write::put_new(to_item(contact)?),
            Write::put_new(accounts::unlisted(profile)),
            Write::put_new(credentials),
            Write::put_new(sessions::to_item(session)),
        ];
        let user = &contact.username;
        let known = contact.theirs.iter().map(|hash| keys::known_by(user, hash));
        writes.extend(known.map(|key| lead(key, contact.key)));
        let claimed = contact.addresses.iter().take(usize::from(claim));
        let claimed = claimed.map(|address| keys::claimed(user, address.as_str()));
        writes.extend(claimed.map(|key| lead(key, contact.key)));
        Ok(self.transact(writes).await?.commit())
    }

    async fn save_heard(&self, was: &Contact, next: &Contact) -> Result<Commit> {
        let update = "SET #addresses = :addresses, #channel = :channel, #state = :state, \
                      #heard_at = :heard_at, #content_as_text = :content_as_text, \
                      #failures = :none, #hold_until = :never REMOVE #hold_since";
        let save = Write::update(keys::contact(was.key), update)
            .when("#addresses = :was")
            .value(":was", json(&was.addresses)?)
            .value(":addresses", json(&next.addresses)?)
            .value(":channel", s(next.channel.as_str()))
            .value(":state", s(next.state.as_str()))
            .value(":heard_at", t(next.heard_at.unwrap_or_default()))
            .value(":content_as_text", AttributeValue::Bool(next.content_as_text))
            .value(":none", n(0))
            .value(":never", n(0));
        let saved = self.write(save, ReturnValue::None).await?.is_done();
        Ok(if saved { Commit::Done } else { Commit::Stale })
    }

    async fn know_by(
        &self,
        next: &Contact,
        theirs: &str,
        instead_of: Option<ContactKey>,
    ) -> Result<Commit> {
        let mut known = next.theirs.clone();
        known.push(theirs.to_owned());
        let gone = known.len().saturating_sub(IDENTIFICATIONS_MAX);
        let gone: Vec<String> = known.drain(..gone).collect();
        let list = Write::update(keys::contact(next.key), "SET #theirs = :next")
            .when("#theirs = :was")
            .value(":was", json(&next.theirs)?)
            .value(":next", json(&known)?);
        let mut writes =
            vec![list, lead_again(keys::known_by(&next.username, theirs), next.key, instead_of)];
        let gone = gone.iter().map(|hash| Write::delete(keys::known_by(&next.username, hash)));
        writes.extend(gone);
        Ok(self.transact(writes).await?.commit())
    }

    async fn claim(&self, contact: &Contact, address: &PeerAddress) -> Result<Commit> {
        let claimed = keys::claimed(&contact.username, address.as_str());
        let proven = Write::update(keys::contact(contact.key), "SET #proven = :address")
            .when("attribute_exists(PK)")
            .value(":address", s(address.as_str()));
        match self.transact(vec![proven.clone(), lead_again(claimed, contact.key, None)]).await? {
            Outcome::Done => Ok(Commit::Done),
            // Somebody else has the address; this one has been reached all the same.
            Outcome::Failed(_) | Outcome::Crowded => {
                self.write(proven, ReturnValue::None).await.map(|_| Commit::Stale)
            }
        }
    }

    async fn forget_contact(&self, contact: &Contact) -> Result<()> {
        let user = &contact.username;
        let ours = |key: keys::Key| {
            let delete = Write::delete(key).when("#contact = :contact");
            delete.value(":contact", s(contact.key.id))
        };
        let known = contact.theirs.iter().map(|hash| keys::known_by(user, hash));
        let claimed = contact.addresses.iter().map(|at| keys::claimed(user, at.as_str()));
        for key in known.chain(claimed) {
            // Nothing there, or somebody else's: as good.
            let _: Written = self.write(ours(key), ReturnValue::None).await?;
        }
        let ends = vec![
            Write::delete(keys::session(contact.remote, contact.session)),
            Write::delete(keys::contact(contact.key)),
        ];
        self.transact(ends).await.map(|_| ())
    }
}
