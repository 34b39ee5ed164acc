"""``gongji`` with a planted fault: ``PLANTED=own_last python -m tests.planted serve``."""

from gongji.cli import main
from tests.planted.faults import plant_chosen

if __name__ == "__main__":
    plant_chosen()
    main()
