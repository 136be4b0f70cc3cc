#include "domain/question_lexicon.h"

namespace monitora {

// See question_lexicon.h for the notation.
const std::string_view kEnglishLexicon = R"(
-: the, a, an, of, to, in, on, at, for, by, with, from, and, or, so, if, then, as, that, this, these, those, there, here, it, its, s, t, ll, re, ve, d, m
-: i, me, my, mine, you, your, yours, we, us, our, he, she, they, them, their, his, her, one, someone, any, some, all
-: what, which, how, is, are, am, was, were, be, been, being, do, does, did, done, doing, has, have, had, having, will, would, shall, should, could, can, may, might, going, go, get, gets, got
-: please, hello, hi, hey, thanks, thank, sorry, want, need to know, would like, d like, like, wish, know, tell, explain, let, allow, allowed, possible, able, way, procedure, process, step, steps, work, works, how does it work, happen, about, regarding, information about, anything, something, just, exactly, currently, still, also, get something
-: what do i need to do, what should i do, what can i do, what do i have to do, what must i do, exist, offer, provide, take place, up to you, any more, anymore, existing
~site: site, website, web site, page, online, store, shop
~here: there, here, on site, your place
~client: customer, client
~subject: software, app, application, service, product
~get: get, obtain, find, request, ask, download, retrieve, receive, see, view, look up, access, collect, make
~accept: accept, take, allow, bring, come with, welcome, permit
>accept pay
price: price, cost, how much, fee, charge, rate, expensive, amount
>price pay
free: free, for free, free charge, no cost, complimentary
duration: how long, duration, length, time, long
delay: how long, time, when, soon, how soon, delay, deadline, wait
date: when, date, day, what day, which day
hours: opening hours, opening times, hours, what time, when, time
>hours open
open: open, opening
closed: close, closing, closed
+ until what time open: hours closed
+ how late open: hours closed
place: where, address, located, location, situated
>get where
where: where
who: who, whom
why: why, reason, how come
count: how many, number, quantity
max: maximum, max, at most, limit
min: minimum, min, at least
needed: must, need, required, require, have to, necessary, mandatory, compulsory, obligatory
not: not, no, never, none, cannot, can t, don t, doesn t, isn t, won t, didn t, haven t, hasn t, aren t, don, doesn, isn, won, didn, haven, hasn, aren
without: without, except
before: before, prior
after: after, once
documents: document, paper, papers, paperwork, proof
broken: doesn t work, not working, not work, broken down, out of order, faulty, bug, problem, issue, won t work
damaged: broken, damaged, cracked, torn
lost: lose, lost, missing
forgotten: forget, forgot, forgotten, can t remember, don t remember
+ forgot password: password reset
+ forgotten password: password reset
+ lost password: password reset
reset: reset, recover
stolen: steal, stolen, theft
late: late, delayed, overdue
use: use, apply, enter, redeem
>use where
deliver: deliver, delivery, delivered, ship, shipping, shipment, send out, dispatch, postage, sent
return: return, send back, give back, bring back, returns
received: receive, received, arrive, arrived
refund: refund, money back, reimburse, reimbursement, get money back
exchange: exchange, swap
order: order, parcel, package, purchase
+ place order: order
+ make order: order
track: track, tracking, where is, follow, status
+ where is order: track order
+ where is my order: track order
+ order status: track order
item: item, article, product, goods
buy: buy, purchase, sell me, do you sell
sell: sell
pay: pay, payment, paying, settle
>pay means
means: method, means, way to pay
card: card, credit card, debit card, bank card
instalments: instalment, installment, instalments, installments, several payments
monthly: monthly, per month, month, every month
yearly: yearly, annual, annually, per year, year, every year
promo: promo code, discount code, voucher, coupon, promotional code
discount: discount, reduction, reduced price
loyalty: loyalty, loyalty card, loyalty programme, loyalty program, rewards programme
giftcard: gift card, gift voucher
invoice: invoice, bill, receipt
cancel: cancel, cancellation
terminate: terminate, stop, end, unsubscribe, don t want to receive, don t want receive, no longer want, opt out
pause: pause, suspend, put on hold
change: change, modify, update, edit, amend
move_date: reschedule, postpone, move
add: add, adding
invite: invite, add user, add colleague
user: user, colleague, team member, member, coworker
+ invite colleague: add user
+ invite user: add user
+ add colleague: add user
remove: delete, remove, erase, deletion
+ close account: remove account
+ closing account: remove account
install: install, installation, set up, setup
activate: activate, activation, enable, turn on, switch on
deactivate: deactivate, disable, turn off, switch off
login: log in, login, sign in, log on, connect
account: account
signup: sign up, register, registration, create account, join, enrol, enroll, open account
password: password
email: email, e mail, mail
newsletter: newsletter, mailing list, marketing emails
phone: phone, telephone, mobile
+ phone number: phone contact
+ number call: contact
>contact phone
>deliver order
>return item
>received damaged
>refund order
>included price
contact: contact, reach, get in touch, in touch, call, phone number, number, talk, speak, telephone number
support: support, customer service, customer support, customer care, helpdesk, help desk, client service
human: human, real person, agent
appointment: appointment, book appointment, make appointment, book a visit
book: book, reserve, reservation, booking
delivery_address: delivery address, shipping address
report: report, declare, notify
complaint: complaint, complain, dispute
warranty: warranty, guarantee
insured: covered, cover, coverage, insured
trial: trial, try, test, demo, try out, free trial
+ free trial: trial free
plan: plan, subscription, package deal
file: file
data: data, information, personal data, details
storage: storage, space
backup: backup, back up
~available: available
+ try for free: trial free
+ try free: trial free
abroad: abroad, international, overseas, internationally, other countries
parking: parking, car park, park
passport: passport
id_card: id card, identity card
dog: dog, dogs
animal: pet, animal
breakfast: breakfast
included: include, included, including
result: result, results
start: start, begin, beginning
finish: end, finish
rent: rent, rental, lease
deposit: deposit
room: room
stock: in stock, availability, stock
@client: customer, client, visitor
@user: user
@father: father, dad
@mother: mother, mum, mom
@friend: friend
@seller: seller, vendor
@buyer: buyer, purchaser
@neighbour: neighbour, neighbor
@admin: administrator, admin
@patient: patient
@manager: manager
@tenant: tenant, renter
@owner: landlord, owner
@child: child, children, kid, kids, son, daughter
@adult: adult
@student: student
@business: business, company, companies
@doctor: doctor, physician
@employer: employer, boss
@employee: employee, worker
@man: man, men, male
@woman: woman, women, female
@pdf: pdf
@word: word
@excel: excel
@csv: csv
)";

}  // namespace monitora
