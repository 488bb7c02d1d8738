//! Conditional writes, alone or several in one transaction.

use crate::Table;
use crate::call::{TRIES_MAX, back_off, failed};
use crate::find::key_item;
use crate::item::Item;
use crate::keys::Key;
use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::delete_item::DeleteItemError;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{
    AttributeValue, ConditionCheck, Delete, Put, ReturnValue,
    ReturnValuesOnConditionCheckFailure::AllOld, TransactWriteItem, Update,
};
use domain::{ChatError, Result};
use std::collections::HashMap;

/// Every `#name` in the expressions, standing for the attribute `name`: so no reserved word of
/// DynamoDB can ever be in the way.
pub(crate) fn names_in(expressions: &[&str]) -> HashMap<String, String> {
    let mut names = HashMap::new();
    for expression in expressions {
        for part in expression.split('#').skip(1) {
            let end =
                part.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(part.len());
            names.insert(format!("#{}", &part[..end]), part[..end].to_owned());
        }
    }
    names
}

#[derive(Clone)]
enum Action {
    Put(Item),
    Update(Key, String),
    Delete(Key),
    Check(Key),
}

/// One write and what it depends on.
#[derive(Clone)]
pub(crate) struct Write {
    action: Action,
    condition: Option<String>,
    names: HashMap<String, String>,
    values: Item,
}

impl Write {
    fn new(action: Action) -> Self {
        Self { action, condition: None, names: HashMap::new(), values: HashMap::new() }
    }

    /// The whole item, in place of what was there.
    pub(crate) fn put(item: Item) -> Self {
        Self::new(Action::Put(item))
    }

    /// The whole item where there is none.
    pub(crate) fn put_new(item: Item) -> Self {
        Self::put(item).when("attribute_not_exists(PK)")
    }

    /// Parts of an item, by an update expression.
    pub(crate) fn update(key: Key, expression: impl Into<String>) -> Self {
        Self::new(Action::Update(key, expression.into()))
    }

    pub(crate) fn delete(key: Key) -> Self {
        Self::new(Action::Delete(key))
    }

    /// Only the condition.
    pub(crate) fn check(key: Key) -> Self {
        Self::new(Action::Check(key))
    }

    /// On condition that.
    pub(crate) fn when(mut self, condition: impl Into<String>) -> Self {
        self.condition = Some(condition.into());
        self
    }

    /// What a `#placeholder` stands for, where that is not its own name.
    pub(crate) fn name(mut self, placeholder: &str, name: impl Into<String>) -> Self {
        self.names.insert(placeholder.to_owned(), name.into());
        self
    }

    /// What a `:placeholder` stands for.
    pub(crate) fn value(mut self, placeholder: &str, value: AttributeValue) -> Self {
        self.values.insert(placeholder.to_owned(), value);
        self
    }

    fn names(&self) -> Option<HashMap<String, String>> {
        let update = match &self.action {
            Action::Update(_, expression) => expression.as_str(),
            _ => "",
        };
        let mut names = names_in(&[update, self.condition.as_deref().unwrap_or_default()]);
        names.extend(self.names.clone());
        (!names.is_empty()).then_some(names)
    }

    fn values(&self) -> Option<Item> {
        (!self.values.is_empty()).then(|| self.values.clone())
    }

    /// The write as a part of a transaction; one whose condition fails tells the item as it was.
    fn in_transaction(self, table: &str) -> Result<TransactWriteItem> {
        let unsent = |_| ChatError::unavailable("dynamodb TransactWriteItems: not sent");
        let (names, values) = (self.names(), self.values());
        let item = TransactWriteItem::builder();
        // The builders only differ in name.
        macro_rules! filled {
            ($builder:expr) => {
                $builder
                    .table_name(table)
                    .set_expression_attribute_names(names)
                    .set_expression_attribute_values(values)
                    .return_values_on_condition_check_failure(AllOld)
            };
        }
        let condition = self.condition;
        Ok(match self.action {
            Action::Put(whole) => {
                let put = filled!(Put::builder())
                    .set_item(Some(whole))
                    .set_condition_expression(condition);
                item.put(put.build().map_err(unsent)?)
            }
            Action::Update(key, expression) => {
                let update = filled!(Update::builder())
                    .set_key(Some(key_item(key)))
                    .update_expression(expression)
                    .set_condition_expression(condition);
                item.update(update.build().map_err(unsent)?)
            }
            Action::Delete(key) => {
                let delete = filled!(Delete::builder())
                    .set_key(Some(key_item(key)))
                    .set_condition_expression(condition);
                item.delete(delete.build().map_err(unsent)?)
            }
            Action::Check(key) => {
                let check = filled!(ConditionCheck::builder())
                    .set_key(Some(key_item(key)))
                    .set_condition_expression(condition);
                item.condition_check(check.build().map_err(unsent)?)
            }
        }
        .build())
    }
}

/// How a single write ended.
#[derive(Debug)]
pub(crate) enum Written {
    /// Written; holds the attributes that were asked for.
    Done(Item),
    /// The condition failed; holds the item as it was (empty if there was none).
    Failed(Item),
}

impl Written {
    pub(crate) fn is_done(&self) -> bool {
        matches!(self, Self::Done(_))
    }
}

/// How a transaction ended.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// Written, all of it.
    Done,
    /// Nothing was written. For each write whose condition failed, the item as it was.
    Failed(Vec<Option<Item>>),
    /// Nothing was written: other transactions were in the way every time.
    Crowded,
}

impl Outcome {
    pub(crate) fn commit(&self) -> chat::ports::Commit {
        match self {
            Self::Done => chat::ports::Commit::Done,
            Self::Failed(_) | Self::Crowded => chat::ports::Commit::Stale,
        }
    }
}

/// What one try of a single write came to.
enum Try {
    Written(Written),
    Conflict,
}

/// Sorts the answers of the three single writes, which have the same errors under three types.
macro_rules! tried {
    ($operation:literal, $error:ident, $answer:expr) => {
        match $answer {
            Ok(answer) => Ok(Try::Written(Written::Done(answer.attributes.unwrap_or_default()))),
            Err(SdkError::ServiceError(context)) => match context.err() {
                $error::ConditionalCheckFailedException(refusal) => {
                    Ok(Try::Written(Written::Failed(refusal.item.clone().unwrap_or_default())))
                }
                $error::TransactionConflictException(_) => Ok(Try::Conflict),
                _ => Err(failed($operation, &SdkError::ServiceError(context))),
            },
            Err(error) => Err(failed($operation, &error)),
        }
    };
}

impl Table {
    /// A single write. One that meets a transaction on its item waits and tries again.
    pub(crate) async fn write(&self, write: Write, returns: ReturnValue) -> Result<Written> {
        for tried in 0..TRIES_MAX {
            match self.write_once(write.clone(), returns.clone()).await? {
                Try::Written(written) => return Ok(written),
                Try::Conflict => back_off(tried).await,
            }
        }
        Err(ChatError::unavailable("dynamodb: TransactionConflictException"))
    }

    async fn write_once(&self, write: Write, returns: ReturnValue) -> Result<Try> {
        let (names, values) = (write.names(), write.values());
        // The requests only differ in name.
        macro_rules! filled {
            ($request:expr) => {
                $request
                    .table_name(&self.name)
                    .set_condition_expression(write.condition)
                    .set_expression_attribute_names(names)
                    .set_expression_attribute_values(values)
                    .return_values(returns)
                    .return_values_on_condition_check_failure(AllOld)
                    .send()
                    .await
            };
        }
        match write.action {
            Action::Put(item) => {
                let answer = filled!(self.client.put_item().set_item(Some(item)));
                tried!("PutItem", PutItemError, answer)
            }
            Action::Update(key, expression) => {
                let request = self.client.update_item().set_key(Some(key_item(key)));
                let answer = filled!(request.update_expression(expression));
                tried!("UpdateItem", UpdateItemError, answer)
            }
            Action::Delete(key) => {
                let answer = filled!(self.client.delete_item().set_key(Some(key_item(key))));
                tried!("DeleteItem", DeleteItemError, answer)
            }
            Action::Check(_) => Err(ChatError::unavailable("dynamodb: a lone condition check")),
        }
    }

    /// All of the writes or none. One that meets another transaction waits and tries again.
    ///
    /// Each try carries a token of its own: where the SDK repeats a try whose answer was lost, the
    /// token makes DynamoDB give the first answer again.
    pub(crate) async fn transact(&self, writes: Vec<Write>) -> Result<Outcome> {
        let writes: Vec<_> =
            writes.into_iter().map(|w| w.in_transaction(&self.name)).collect::<Result<_>>()?;
        for tried in 0..TRIES_MAX {
            let answer = self
                .client
                .transact_write_items()
                .set_transact_items(Some(writes.clone()))
                .client_request_token(format!("{:032x}", rand::random::<u128>()))
                .send()
                .await;
            let Err(error) = answer else { return Ok(Outcome::Done) };
            let reasons = match error.as_service_error() {
                Some(TransactWriteItemsError::TransactionCanceledException(e)) => {
                    e.cancellation_reasons().to_vec()
                }
                _ => return Err(failed("TransactWriteItems", &error)),
            };
            let code_is = |wanted| reasons.iter().any(|r| r.code() == Some(wanted));
            if code_is("ConditionalCheckFailed") {
                let as_it_was = reasons.into_iter().map(|reason| {
                    let refused = reason.code() == Some("ConditionalCheckFailed");
                    refused.then(|| reason.item.unwrap_or_default())
                });
                return Ok(Outcome::Failed(as_it_was.collect()));
            }
            // ThrottlingError and ProvisionedThroughputExceeded cancel a transaction as conflicts do.
            let passing =
                ["TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"];
            if !passing.iter().any(|code| code_is(code)) {
                let code = reasons.iter().filter_map(|r| r.code()).find(|c| *c != "None");
                let code = code.unwrap_or("TransactionCanceledException");
                return Err(ChatError::unavailable(format_args!(
                    "dynamodb TransactWriteItems: {code}"
                )));
            }
            back_off(tried).await;
        }
        Ok(Outcome::Crowded)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_stand_for_their_own_names() {
        let names = names_in(&["SET #read_seq = :r, #conns.#id.bad = :x", "size(#read_seq) > :y"]);
        let mut all: Vec<_> = names.iter().map(|(k, v)| format!("{k}={v}")).collect();
        all.sort();
        assert_eq!(all, ["#conns=conns", "#id=id", "#read_seq=read_seq"]);
    }
}
