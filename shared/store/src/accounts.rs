//! Accounts: the profile `USER#<user> / PROFILE`, found by name in the directory index, and the
//! credentials `USERNAME#<folded> / USERNAME`, which make the name unique.

use crate::directory::fold;
use crate::find::Find;
use crate::item::{Fields, Item, Row, s, t};
use crate::write::Write;
use crate::{Table, files, keys};
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue};
use chat::ports::{
    Accounts, ChangeAvatar, ChangePassword, ChangeProfile, Commit, Deactivate, SearchUsers,
};
use domain::{
    AttachmentId, ChatError, Code, Credentials, Profile, Result, RoomId, Status, Timestamp, UserId,
};

/// Users one search looks at for a part of a name.
const ENTRIES_EXAMINED_MAX: usize = 1_000;

fn to_item(profile: &Profile) -> Item {
    let folded = fold(&profile.username);
    Row::at(keys::profile(profile.id))
        .text("GSI1PK", keys::USERS)
        .text("GSI1SK", &folded)
        .text("username", &profile.username)
        // Once more, because a filter may not name an index's key.
        .text("folded_username", folded)
        .text("display_name", &profile.display_name)
        .text("folded_display_name", fold(&profile.display_name))
        .text_opt("avatar_url", profile.avatar_url.as_ref())
        .text_opt("status", profile.status.map(Status::as_str))
        .text_opt("status_message", profile.status_message.as_ref())
        .text_opt("status_emoji", profile.status_emoji.as_ref())
        .time_opt("status_expires_at", profile.status_expires_at)
        .time("created_at", profile.created_at)
        .time("last_seen", profile.last_seen)
        .flag("deactivated", profile.deactivated)
        .flag("hides_read", profile.hides_read)
        .flag("hides_last_seen", profile.hides_last_seen)
        .build()
}

/// The profile of somebody whom the directory does not list.
pub(crate) fn unlisted(profile: &Profile) -> Item {
    let mut item = to_item(profile);
    item.retain(|name, _| !name.starts_with("GSI1"));
    item
}

pub(crate) fn from_item(item: &Item) -> Result<Profile> {
    let f = Fields(item);
    let status = f.text_opt("status")?.map(|_| f.read("status", Status::parse)).transpose()?;
    Ok(Profile {
        id: f.in_key("PK", keys::user_in)?,
        username: f.string("username")?,
        display_name: f.string("display_name")?,
        avatar_url: f.string_opt("avatar_url")?,
        status,
        status_message: f.string_opt("status_message")?,
        status_emoji: f.string_opt("status_emoji")?,
        status_expires_at: f.time_opt("status_expires_at")?,
        created_at: f.time("created_at")?,
        last_seen: f.time("last_seen")?,
        deactivated: f.flag("deactivated")?,
        hides_read: f.flag("hides_read")?,
        hides_last_seen: f.flag("hides_last_seen")?,
    })
}

impl Accounts for Table {
    async fn create_account(&self, profile: &Profile, password_hash: &str) -> Result<Commit> {
        let credentials = Row::at(keys::username(&fold(&profile.username)))
            .text("user", profile.id)
            .text("password_hash", password_hash)
            .build();
        let writes = vec![Write::put_new(credentials), Write::put_new(to_item(profile))];
        Ok(self.transact(writes).await?.commit())
    }

    async fn credentials(&self, folded_username: &str) -> Result<Option<Credentials>> {
        let Some(item) = self.get(keys::username(folded_username)).await? else { return Ok(None) };
        let f = Fields(&item);
        Ok(Some(Credentials { user: f.parsed("user")?, password_hash: f.string("password_hash")? }))
    }
}

/// What changes about a profile, as it shall be.
fn saving(profile: &Profile) -> Write {
    let optional = [
        ("avatar_url", profile.avatar_url.as_ref().map(s)),
        ("status", profile.status.map(|status| s(status.as_str()))),
        ("status_message", profile.status_message.as_ref().map(s)),
        ("status_emoji", profile.status_emoji.as_ref().map(s)),
        ("status_expires_at", profile.status_expires_at.map(t)),
        ("hides_read", profile.hides_read.then_some(AttributeValue::Bool(true))),
        ("hides_last_seen", profile.hides_last_seen.then_some(AttributeValue::Bool(true))),
    ];
    let mut set = "SET #display_name = :display_name, #last_seen = :last_seen, \
                       #folded_display_name = :folded_display_name"
        .to_owned();
    let gone = optional.iter().filter(|(_, value)| value.is_none());
    let gone: Vec<_> = gone.map(|(name, _)| format!("#{name}")).collect();
    for (name, _) in optional.iter().filter(|(_, value)| value.is_some()) {
        set.push_str(&format!(", #{name} = :{name}"));
    }
    if !gone.is_empty() {
        set.push_str(&format!(" REMOVE {}", gone.join(", ")));
    }
    let mut save = Write::update(keys::profile(profile.id), set)
        .when("attribute_exists(PK)")
        .value(":display_name", s(&profile.display_name))
        .value(":folded_display_name", s(fold(&profile.display_name)))
        .value(":last_seen", t(profile.last_seen));
    for (name, value) in optional {
        if let Some(value) = value {
            save = save.value(&format!(":{name}"), value);
        }
    }
    save
}

impl ChangeProfile for Table {
    async fn save_profile(&self, profile: &Profile) -> Result<()> {
        let saved = self.write(saving(profile), ReturnValue::None).await?.is_done();
        saved.then_some(()).ok_or_else(|| ChatError::new(Code::NotFound))
    }

    async fn note_hides_read(&self, user: UserId, hides: bool) -> Result<()> {
        let note = Write::update(keys::connections(user), "SET #hides_read = :hides")
            .value(":hides", AttributeValue::Bool(hides));
        self.write(note, ReturnValue::None).await.map(|_| ())
    }
}

impl ChangeAvatar for Table {
    async fn save_avatar(
        &self,
        profile: &Profile,
        from: Option<AttachmentId>,
        to: Option<AttachmentId>,
        now: Timestamp,
    ) -> Result<Commit> {
        let mut writes = vec![saving(profile)];
        writes.extend(to.map(|id| files::wear(id, profile.id, now)));
        writes.extend(from.map(|id| files::release(id, now)));
        Ok(self.transact(writes).await?.commit())
    }
}

impl ChangePassword for Table {
    async fn change_password(&self, folded: &str, was: &str, next: &str) -> Result<Commit> {
        let change = Write::update(keys::username(folded), "SET #password_hash = :next")
            .when("#password_hash = :was")
            .value(":was", s(was))
            .value(":next", s(next));
        let changed = self.write(change, ReturnValue::None).await?.is_done();
        Ok(if changed { Commit::Done } else { Commit::Stale })
    }
}

impl Deactivate for Table {
    async fn set_deactivated(&self, profile: &Profile, deactivated: bool) -> Result<()> {
        let key = keys::profile(profile.id);
        let set = if deactivated {
            let update = "SET #deactivated = :on REMOVE #GSI1PK, #GSI1SK, #status, \
                          #status_message, #status_emoji, #status_expires_at";
            Write::update(key, update).value(":on", AttributeValue::Bool(true))
        } else {
            Write::update(key, "SET #GSI1PK = :users, #GSI1SK = :name REMOVE #deactivated")
                .value(":users", s(keys::USERS))
                .value(":name", s(fold(&profile.username)))
        };
        let set = set.when("attribute_exists(PK)");
        let done = self.write(set, ReturnValue::None).await?.is_done();
        done.then_some(()).ok_or_else(|| ChatError::new(Code::NotFound))
    }

    async fn mark_gone(&self, room: RoomId, user: UserId, gone: bool) -> Result<()> {
        let verb = if gone { "ADD" } else { "DELETE" };
        let mark = Write::update(keys::room(room), format!("{verb} #gone :user"))
            .when("attribute_exists(PK)")
            .value(":user", AttributeValue::Ss(vec![user.to_string()]));
        self.write(mark, ReturnValue::None).await.map(|_| ())
    }
}

impl SearchUsers for Table {
    async fn search_users(&self, folded: &str, limit: usize) -> Result<Vec<Profile>> {
        if folded.is_empty() || limit == 0 {
            return Ok(Vec::new());
        }
        let by_prefix = Find::new("#GSI1PK = :users AND begins_with(#GSI1SK, :part)", limit)
            .value(":users", s(keys::USERS))
            .value(":part", s(folded))
            .in_directory();
        let mut found = self.query(by_prefix).await?.items;
        if found.len() < limit {
            // Twice the limit, because those of the prefix come again.
            let by_part = Find::new("#GSI1PK = :users", limit + found.len())
                .value(":users", s(keys::USERS))
                .value(":part", s(folded))
                .filter(
                    "contains(#folded_username, :part) OR contains(#folded_display_name, :part)",
                    ENTRIES_EXAMINED_MAX,
                )
                .in_directory();
            let known: Vec<_> = found.iter().filter_map(|item| item.get("PK").cloned()).collect();
            let further = self.query(by_part).await?.items.into_iter();
            found.extend(
                further.filter(|item| !item.get("PK").is_some_and(|pk| known.contains(pk))),
            );
        }
        found.iter().take(limit).map(from_item).collect()
    }
}
