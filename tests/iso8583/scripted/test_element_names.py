from __future__ import annotations

from switch.iso8583.scripted.element_names import numbers_by_name
from tests.support.centre_in_loop import specs


def test_every_element_of_the_standard_has_a_name_for_rules() -> None:
    names = numbers_by_name(specs().dialects.values())

    assert names["primary_account_number"] == "2"
    assert names["merchant_type"] == "18"
    assert names["point_of_service_entry_mode"] == "22"
    assert names["retrieval_reference_number"] == "37"
    assert names["network_management_information_code"] == "70"
    assert len(names) > 100
