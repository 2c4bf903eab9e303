"""What staff see of visits: everything that is counted, which nobody else is shown (P33)."""

import json
import re

import httpx
import pytest

from tests.promises.test_released import last_month
from tests.support.planted import busy, plant
from tests.support.site import Running, troth
from tests.support.staff import at_desk


@pytest.fixture
def counted(new_site) -> Running:
    """A site that counted visits in the month before this one."""
    site: Running = new_site("synology-2006")
    site.stop()
    plant(site, busy(last_month()))
    site.start()
    return site


@pytest.mark.promise("P33")
def test_staff_see_what_the_command_says(client: httpx.Client, counted: Running) -> None:
    """Every number, small ones too, in both languages: drawn, and in the table beneath; nobody else comes in."""
    marketing = at_desk(client, counted, "marketing", "visits")
    month = f"{last_month():%Y-%m}"
    told = json.loads(troth("visits", "--month", month, "--json", "--data", counted.directory))
    page = marketing.get("/desk/visits/")
    assert page.status_code == 200
    assert f"<strong>{told['pages']['visits']:,}</strong>" in page.text
    numbers = [int(one.replace(",", "")) for one in re.findall(r'class="number">\s*([\d,]+)\s*<', page.text)]
    for name, counts in told["by"].items():
        for one in counts:
            assert one["visits"] in numbers, name
    assert min(one["visits"] for one in told["by"]["country"]) < 11
    assert page.text.count('<svg role="img"') >= len(told["by"])
    chinese = marketing.get(f"/zh-hant/desk/visits/{month}/")
    assert "逐日數字表格" in chinese.text
    assert marketing.get("/desk/visits/1999-01/").status_code == 404
    assert marketing.get("/desk/visits/nonsense/").status_code == 404


@pytest.mark.promise("P33")
def test_nothing_was_counted_yet(client: httpx.Client, new_site) -> None:
    """A month without visits is no page of noughts."""
    page = at_desk(client, new_site("infortrend"), "marketing", "visits").get("/desk/visits/")
    assert "Nothing was counted yet." in page.text
    assert "<svg role" not in page.text.partition("<main")[2]
