//! Reads of many items: `BatchGetItem`, `Query`, `GetItem`.

use crate::call::{TRIES_MAX, back_off, failed};
use crate::item::{Item, s};
use crate::keys::Key;
use crate::write::names_in;
use crate::{DIRECTORY_INDEX, Table};
use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes};
use domain::{ChatError, Result};
use futures_util::{StreamExt, TryStreamExt, stream};
use std::collections::{HashMap, HashSet};

/// Keys one `BatchGetItem` takes (DynamoDB's limit).
const BATCH_KEYS_MAX: usize = 100;
/// Batches under way at once.
const BATCHES_IN_FLIGHT_MAX: usize = 8;

/// The key as the SDK wants it.
pub(crate) fn key_item(key: Key) -> Item {
    HashMap::from([("PK".to_owned(), s(key.pk)), ("SK".to_owned(), s(key.sk))])
}

/// One question to a partition, answered page by page (1 MB each) until there is enough.
pub(crate) struct Find {
    condition: &'static str,
    values: Item,
    filter: Option<&'static str>,
    only: Option<&'static str>,
    after: Option<Item>,
    directory: bool,
    newest_first: bool,
    wanted: usize,
    examined_max: usize,
}

/// What there was.
pub(crate) struct Found {
    /// In order of the sort key.
    pub(crate) items: Vec<Item>,
    /// The key of the last item looked at, if there may be more behind it.
    pub(crate) last: Option<Item>,
}

impl Find {
    /// Items that satisfy a key condition, at most `wanted`.
    pub(crate) fn new(condition: &'static str, wanted: usize) -> Self {
        Self {
            condition,
            values: HashMap::new(),
            filter: None,
            only: None,
            after: None,
            directory: false,
            newest_first: false,
            wanted,
            examined_max: usize::MAX,
        }
    }

    pub(crate) fn value(mut self, placeholder: &str, value: AttributeValue) -> Self {
        self.values.insert(placeholder.to_owned(), value);
        self
    }

    /// Only items that satisfy `filter`, looking at no more than `examined_max`.
    pub(crate) fn filter(mut self, filter: &'static str, examined_max: usize) -> Self {
        self.filter = Some(filter);
        self.examined_max = examined_max;
        self
    }

    /// Only these attributes (saves transfer, not read units).
    pub(crate) fn only(mut self, attributes: &'static str) -> Self {
        self.only = Some(attributes);
        self
    }

    /// Only items after this place, which need not exist.
    pub(crate) fn after(mut self, key: Option<Key>) -> Self {
        self.after = key.map(key_item);
        self
    }

    /// From the directory index, which is eventually consistent.
    pub(crate) fn in_directory(mut self) -> Self {
        self.directory = true;
        self
    }

    pub(crate) fn newest_first(mut self, on: bool) -> Self {
        self.newest_first = on;
        self
    }
}

impl Table {
    /// One item, strongly consistent.
    pub(crate) async fn get(&self, key: Key) -> Result<Option<Item>> {
        let answer = self
            .client
            .get_item()
            .table_name(&self.name)
            .set_key(Some(key_item(key)))
            .consistent_read(true)
            .send()
            .await
            .map_err(|e| failed("GetItem", &e))?;
        Ok(answer.item)
    }

    /// Many items, strongly consistent, in no particular order: one call for each hundred keys.
    pub(crate) async fn batch_get(&self, keys: impl IntoIterator<Item = Key>) -> Result<Vec<Item>> {
        let keys: Vec<Key> = keys.into_iter().collect::<HashSet<_>>().into_iter().collect();
        let batches: Vec<Vec<Key>> = keys.chunks(BATCH_KEYS_MAX).map(<[Key]>::to_vec).collect();
        stream::iter(batches.into_iter().map(|batch| self.batch(batch)))
            .buffer_unordered(BATCHES_IN_FLIGHT_MAX)
            .try_concat()
            .await
    }

    /// One batch; what comes back unprocessed (16 MB an answer, throttling) is asked for again.
    async fn batch(&self, keys: Vec<Key>) -> Result<Vec<Item>> {
        let mut found = Vec::with_capacity(keys.len());
        let mut left: Vec<Item> = keys.into_iter().map(key_item).collect();
        let mut fruitless = 0;
        while !left.is_empty() {
            let asked = left.len();
            let ask = KeysAndAttributes::builder()
                .set_keys(Some(left))
                .consistent_read(true)
                .build()
                .map_err(|_| ChatError::unavailable("dynamodb BatchGetItem: not sent"))?;
            let answer = self
                .client
                .batch_get_item()
                .request_items(&self.name, ask)
                .send()
                .await
                .map_err(|e| failed("BatchGetItem", &e))?;
            found.extend(answer.responses.into_iter().flat_map(HashMap::into_values).flatten());
            let unprocessed = answer.unprocessed_keys.into_iter().flat_map(HashMap::into_values);
            left = unprocessed.flat_map(|more| more.keys).collect();
            if left.len() == asked {
                fruitless += 1;
                if fruitless == TRIES_MAX {
                    return Err(ChatError::unavailable("dynamodb BatchGetItem: throttled"));
                }
                back_off(fruitless).await;
            }
        }
        Ok(found)
    }

    /// Items of one partition, in order.
    pub(crate) async fn query(&self, find: Find) -> Result<Found> {
        let names = names_in(&[
            find.condition,
            find.filter.unwrap_or_default(),
            find.only.unwrap_or_default(),
        ]);
        let names = (!names.is_empty()).then_some(names);
        let mut items = Vec::new();
        let mut examined = 0;
        let mut last = find.after;
        loop {
            let room = match find.filter {
                Some(_) => find.examined_max - examined,
                None => find.wanted - items.len(),
            };
            let answer = self
                .client
                .query()
                .table_name(&self.name)
                .set_index_name(find.directory.then(|| DIRECTORY_INDEX.to_owned()))
                .consistent_read(!find.directory)
                .key_condition_expression(find.condition)
                .set_filter_expression(find.filter.map(str::to_owned))
                .set_projection_expression(find.only.map(str::to_owned))
                .set_expression_attribute_names(names.clone())
                .set_expression_attribute_values(Some(find.values.clone()))
                .set_exclusive_start_key(last)
                .scan_index_forward(!find.newest_first)
                .limit(i32::try_from(room.max(1)).unwrap_or(i32::MAX))
                .send()
                .await
                .map_err(|e| failed("Query", &e))?;
            examined += usize::try_from(answer.scanned_count).unwrap_or_default();
            items.extend(answer.items.unwrap_or_default());
            last = answer.last_evaluated_key;
            if last.is_none() || items.len() >= find.wanted || examined >= find.examined_max {
                return Ok(Found { items, last });
            }
        }
    }
}
