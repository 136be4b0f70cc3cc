// rag_score: the probability that the passages found answer the question, by logistic regression.
//
// The coefficients hold for multilingual-e5, whose cosines are narrow. The features are shares and
// cosines, none of them a count of chunks, and the fit saw workspaces of 3 to 761 paragraphs, so
// that a figure means the same in a small workspace and in a large one. Negative examples:
// questions whose paragraph is not there, questions about other subjects, nonsense.
// bench/retrieval/README.md says how the coefficients were fitted and what they reach on other
// questions.
#pragma once

namespace monitora::retrieval {

struct AnswerFeatures {
  bool any = false;  // is there any passage
  float dense = 0;   // highest cosine of the first three passages
  float margin =
      0;  // the first three's highest cosine above the mean of the next ones, 0 without them
  float passage = 0;  // highest PassageMatch of the first three
  float sentence = 0;
  float letters = 0;
  float agreement = 0;  // 1: the passage nearest by vector is also first by words
};

float answerable_probability(const AnswerFeatures& features);

// The same for models whose cosines nobody has looked at: by words alone, fitted on the same lines
// (AUROC present/removed .797 on PIAF's 761 paragraphs, .947 on XQuAD's 240). Never so low that a
// language model is not asked: a passage may answer in another language.
float answerable_by_words(const AnswerFeatures& features);

}  // namespace monitora::retrieval
