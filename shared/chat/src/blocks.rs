//! Blocks: who may not write to whom, and who hears nothing of whom.

use crate::done::Blocked;
use crate::event::{Audience, Event, Fanout};
use crate::event_data::{UserBlocked, UserUnblocked};
use crate::gate::{Principal, no_such};
use crate::ports::{BLOCKS_MAX, Blocks, Look, Publish};
use crate::view::CompactUser;
use domain::{FieldError, Result, Timestamp, UserId};
use futures_util::future::try_join;
use schemars::JsonSchema;
use serde::Serialize;

/// Somebody whom the caller has blocked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[allow(missing_docs, reason = "the fields of docs/api.md")]
pub struct BlockView {
    pub user: CompactUser,
    pub created_at: Timestamp,
}

/// Those whom `user` has blocked, to be left out where the room hears of `user`'s doings (typing,
/// presence, profile): one `Query`, to be made beside another read.
pub async fn blocked_by(store: &impl Blocks, user: UserId) -> Result<Vec<UserId>> {
    Ok(store.blocks_of(user).await?.into_iter().map(|(blocked, _)| blocked).collect())
}

/// Blocks a user: no direct messages either way, and they hear nothing of the caller but what the
/// caller writes in rooms they share. Nobody but the caller's own devices is told.
pub async fn block_user(
    store: &(impl Look + Blocks),
    fanout: &impl Publish,
    who: Principal,
    now: Timestamp,
    user: UserId,
) -> Result<Blocked> {
    if user == who.user {
        return Err(FieldError::new("user_id", "invalid", "must be somebody else").into());
    }
    let mut ask = who.ask();
    ask.profiles = vec![user];
    let (seen, others) = try_join(store.look(ask, now), store.blocks_of(who.user)).await?;
    who.check(&seen)?;
    if !seen.profiles.contains_key(&user) {
        return Err(no_such("user"));
    }
    let known = others.iter().any(|(blocked, _)| *blocked == user);
    if others.len() >= BLOCKS_MAX && !known {
        let expected = format!("must be one of at most {BLOCKS_MAX} that you block");
        let field = FieldError::new("user_id", "out_of_range", expected);
        return Err(field.with_max(BLOCKS_MAX as u64).into());
    }
    if !known {
        store.block(who.user, user, now).await?;
    }
    // Told again when it was so already: an earlier try may have died before it could tell.
    tell(fanout, who, Event::of(now, UserBlocked { user_id: user })).await?;
    Ok(Blocked { user_id: user, blocked: true })
}

/// Takes a block back; fine if there is none.
pub async fn unblock_user(
    store: &(impl Look + Blocks),
    fanout: &impl Publish,
    who: Principal,
    now: Timestamp,
    user: UserId,
) -> Result<Blocked> {
    let mut ask = who.ask();
    ask.profiles = vec![user];
    let seen = store.look(ask, now).await?;
    who.check(&seen)?;
    if !seen.profiles.contains_key(&user) {
        return Err(no_such("user"));
    }
    store.unblock(who.user, user).await?;
    tell(fanout, who, Event::of(now, UserUnblocked { user_id: user })).await?;
    Ok(Blocked { user_id: user, blocked: false })
}

/// Whom the caller has blocked, by their ids.
pub async fn list_blocks(
    store: &(impl Look + Blocks),
    who: Principal,
    now: Timestamp,
) -> Result<Vec<BlockView>> {
    let (seen, blocks) = try_join(store.look(who.ask(), now), store.blocks_of(who.user)).await?;
    who.check(&seen)?;
    let people = crate::people(store, blocks.iter().map(|(user, _)| *user), now).await?;
    let view = |(user, created_at)| BlockView { user: CompactUser::of(user, &people), created_at };
    Ok(blocks.into_iter().map(view).collect())
}

async fn tell(fanout: &impl Publish, who: Principal, event: Event) -> Result<()> {
    fanout.publish(&Fanout::new(Audience::Users(vec![who.user]), event)).await
}
