// Lists of arguments, or of cases, for as many tensors as a launch takes: LIST(EACH) is EACH(00)
// EACH(01) ... with numbers in octal. EACH begins with a comma where one is needed.
//
// BATCH  tensors of a launch: 8, 16, 32 or 64

#define EIGHT(EACH, tens)                                                                     \
  EACH(tens##0) EACH(tens##1) EACH(tens##2) EACH(tens##3) EACH(tens##4) EACH(tens##5)         \
      EACH(tens##6) EACH(tens##7)

#if BATCH == 8
#define LIST(EACH) EIGHT(EACH, 0)
#elif BATCH == 16
#define LIST(EACH) EIGHT(EACH, 0) EIGHT(EACH, 1)
#elif BATCH == 32
#define LIST(EACH) EIGHT(EACH, 0) EIGHT(EACH, 1) EIGHT(EACH, 2) EIGHT(EACH, 3)
#else
#define LIST(EACH)                                                                    \
  EIGHT(EACH, 0) EIGHT(EACH, 1) EIGHT(EACH, 2) EIGHT(EACH, 3) EIGHT(EACH, 4)          \
      EIGHT(EACH, 5) EIGHT(EACH, 6) EIGHT(EACH, 7)
#endif
