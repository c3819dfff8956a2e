DROP TABLE verification_actions;
