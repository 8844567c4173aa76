"""What operators do to a database as a whole (`sesscore db`): schema up and back, copies, damage, size."""
