//! The first hits in an order of several keys, after a place in it: `sort` with `search_after`.

use super::mapping::{Kind, Mapping};
use super::refusal::Refusal;
use serde_json::{Value, json};
use std::collections::BinaryHeap;
use tantivy::collector::{Collector, SegmentCollector};
use tantivy::columnar::Column;
use tantivy::{DocAddress, DocId, Score, SegmentOrdinal, SegmentReader};

/// Most keys of an order.
const KEYS_MAX: usize = 4;

/// A hit's place: values that ascend in the asked order.
pub type Place = [i64; KEYS_MAX];

#[derive(Clone, Debug, PartialEq, Eq)]
struct Key {
    /// The field; none is the score.
    field: Option<String>,
    descending: bool,
}

/// An order of hits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    keys: Vec<Key>,
}

impl Order {
    /// Reads `sort`; without it hits come by score.
    pub fn read(mapping: &Mapping, sort: Option<&Value>) -> Result<Self, Refusal> {
        let wrong =
            || Refusal::parsing("[sort] takes up to four of {\"field\": \"asc\" or \"desc\"}");
        let by_score = json!([{"_score": "desc"}]);
        let list = sort.unwrap_or(&by_score).as_array().ok_or_else(wrong)?;
        if list.is_empty() || list.len() > KEYS_MAX {
            return Err(wrong());
        }
        let mut keys = Vec::with_capacity(list.len());
        for entry in list {
            let object = entry.as_object().filter(|object| object.len() == 1).ok_or_else(wrong)?;
            let (name, order) = object.iter().next().ok_or_else(wrong)?;
            let descending = match order.as_str() {
                Some("desc") => true,
                Some("asc") => false,
                _ => return Err(wrong()),
            };
            let field = match (name.as_str(), mapping.field(name)) {
                ("_score", _) => None,
                (_, Some((_, Kind::Number))) => Some(name.clone()),
                _ => return Err(Refusal::argument(format!("this engine cannot sort by [{name}]"))),
            };
            keys.push(Key { field, descending });
        }
        Ok(Self { keys })
    }

    /// Reads `search_after`.
    pub fn place(&self, values: &Value) -> Result<Place, Refusal> {
        let wrong =
            || Refusal::argument("[search_after] must have a number for each key of [sort]");
        let values = values.as_array().filter(|v| v.len() == self.keys.len()).ok_or_else(wrong)?;
        let mut place = Place::default();
        for ((key, value), slot) in self.keys.iter().zip(values).zip(&mut place) {
            let ascending = match key.field {
                Some(_) => value.as_i64().ok_or_else(wrong)?,
                #[allow(clippy::cast_possible_truncation, reason = "scores are single precision")]
                None => from_score(value.as_f64().ok_or_else(wrong)? as f32),
            };
            *slot = if key.descending { !ascending } else { ascending };
        }
        Ok(place)
    }

    /// A place as the `sort` of a hit.
    pub fn values(&self, place: &Place) -> Value {
        let value = |(key, slot): (&Key, &i64)| -> Value {
            let ascending = if key.descending { !*slot } else { *slot };
            match key.field {
                Some(_) => ascending.into(),
                None => f64::from(to_score(ascending)).into(),
            }
        };
        self.keys.iter().zip(place).map(value).collect()
    }

    /// The score in a place, if the order has it.
    pub fn score(&self, place: &Place) -> Value {
        let at = self.keys.iter().position(|key| key.field.is_none());
        at.map_or(Value::Null, |at| self.values(place)[at].clone())
    }
}

/// Scores are never negative, so their bits ascend as they do.
fn from_score(score: f32) -> i64 {
    i64::from(score.max(0.0).to_bits())
}

fn to_score(bits: i64) -> f32 {
    f32::from_bits(u32::try_from(bits).unwrap_or(0))
}

/// Collects the first `size` hits after a place.
pub struct First {
    /// The order.
    pub order: Order,
    /// Only what comes after this place.
    pub after: Option<Place>,
    /// How many.
    pub size: usize,
}

impl Collector for First {
    type Fruit = Vec<(Place, DocAddress)>;
    type Child = FirstOfSegment;

    fn for_segment(
        &self,
        segment: SegmentOrdinal,
        reader: &SegmentReader,
    ) -> tantivy::Result<FirstOfSegment> {
        let column = |key: &Key| {
            let column = key.field.as_deref().map(|name| reader.fast_fields().i64(name));
            column.transpose().map(|column| (column, key.descending))
        };
        let columns = self.order.keys.iter().map(column).collect::<tantivy::Result<Vec<_>>>()?;
        let (after, size) = (self.after, self.size);
        Ok(FirstOfSegment { segment, columns, after, size, first: BinaryHeap::new() })
    }

    fn requires_scoring(&self) -> bool {
        self.order.keys.iter().any(|key| key.field.is_none())
    }

    fn merge_fruits(&self, fruits: Vec<Self::Fruit>) -> tantivy::Result<Self::Fruit> {
        let mut all: Vec<_> = fruits.into_iter().flatten().collect();
        all.sort_unstable();
        all.truncate(self.size);
        Ok(all)
    }
}

/// The same within one segment.
pub struct FirstOfSegment {
    segment: SegmentOrdinal,
    columns: Vec<(Option<Column<i64>>, bool)>,
    after: Option<Place>,
    size: usize,
    /// The last of the first is on top.
    first: BinaryHeap<(Place, DocId)>,
}

impl SegmentCollector for FirstOfSegment {
    type Fruit = Vec<(Place, DocAddress)>;

    fn collect(&mut self, doc: DocId, score: Score) {
        let mut place = Place::default();
        for ((column, descending), slot) in self.columns.iter().zip(&mut place) {
            let ascending = match column {
                // What has no value comes last.
                Some(column) => column.first(doc).unwrap_or(i64::MIN),
                None => from_score(score),
            };
            *slot = if *descending { !ascending } else { ascending };
        }
        if self.after.is_some_and(|after| place <= after) {
            return;
        }
        self.first.push((place, doc));
        if self.first.len() > self.size {
            self.first.pop();
        }
    }

    fn harvest(self) -> Self::Fruit {
        let address = |(place, doc)| (place, DocAddress::new(self.segment, doc));
        self.first.into_iter().map(address).collect()
    }
}
