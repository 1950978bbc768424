import pytest
from msgspec.structs import replace
from selfaudit.i18n import PSEUDO
from tests.ui.conftest import *
from tests.ui.test_accessible import clipped, nameless, stage
from tests.ui.scenes import SCENES
from tests.ui.tour_scenes import TOUR_SCENES
@pytest.mark.parametrize("size", [(960, 640), (1120, 760), (1280, 720)])
def test_it(desk, stage, size):
    desk.controller.prefer(replace(desk.controller.preferences, language=PSEUDO)); desk.window.resize(*size)
    found = {}
    for n in (*TOUR_SCENES, "start-empty"):
        SCENES[n](stage); desk.rest()
        assert (desk.window.width(), desk.window.height()) == size
        bad = clipped(desk.window) + nameless(desk.window)
        if bad: found[n] = bad
    assert found == {}
