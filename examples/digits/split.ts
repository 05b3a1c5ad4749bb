/** Which pictures may be seen when. */
export interface Split<Item> {
  readonly training: readonly Item[];
  /** Chooses settings, and shows how training goes. */
  readonly validation: readonly Item[];
  /** Looked at once, at the end. */
  readonly test: readonly Item[];
}

/** One picture in five is for the test, one in ten for validation, by their place: each digit has its share. */
export function splitPictures<Item>(pictures: readonly Item[]): Split<Item> {
  const isTest = (place: number): boolean => place % 5 === 4;
  const isValidation = (place: number): boolean => place % 10 === 2;
  return {
    training: pictures.filter((_, place) => !isTest(place) && !isValidation(place)),
    validation: pictures.filter((_, place) => isValidation(place)),
    test: pictures.filter((_, place) => isTest(place)),
  };
}
