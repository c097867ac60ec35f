const resetToken = Math.random().toString(36).slice(2); // expect: js-predictable-secret
user.otp = Math.floor(100000 + Math.random() * 900000); // expect: js-predictable-secret
// expect-next: js-predictable-secret
function generatePassword() {
  return Math.random().toString(36);
}
