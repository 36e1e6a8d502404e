//! The names that kube-proxy gives: of Services in the maps of its nft mode.

use chainwalk_model::Ruleset;
use chainwalk_model::nft::{ElementData, NftVerdict, SetElement};

/// The name of the Service that an element of a map of kube-proxy is of.
pub(crate) fn service_of(rules: &Ruleset, element: &SetElement) -> Option<String> {
    let Some(ElementData::Verdict(NftVerdict::Goto(chain) | NftVerdict::Jump(chain))) =
        element.data
    else {
        return None;
    };
    let named = service_name(&rules.chain(chain).name);
    named.or_else(|| element.comment.as_deref().filter(|c| c.contains('/')).map(str::to_owned))
}

/// `shop/web:http` of `service-NWBZK7IH-shop/web/tcp/http`.
fn service_name(chain: &str) -> Option<String> {
    let rest = chain.strip_prefix("service-").or_else(|| chain.strip_prefix("external-"))?;
    let (_, path) = rest.split_once('-')?;
    let mut parts = path.split('/');
    let (space, name, _, port) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    Some(if port.is_empty() { format!("{space}/{name}") } else { format!("{space}/{name}:{port}") })
}
