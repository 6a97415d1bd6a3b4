/** A program with Polyak in it. */
module com.example.counting {
  requires org.polyak.nn;
}
